package io.thingstead.identity;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CRL;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Certificates that their CAs have revoked, by files that the user gives (RFC 5280 section 5), in
 * PEM or DER form, several lists in one file or in many. A PEM file may hold certificates of CAs as
 * well: then each of its lists must be signed by one of them. Without, who gives a file vouches for
 * it, for the server need not know the CA. The status REVOKED of a registered certificate is
 * another thing. Call {@link #refresh} every few seconds; any thread may ask.
 */
public final class RevocationLists {
  private static final System.Logger LOG = System.getLogger(RevocationLists.class.getName());

  private static final Pattern PEM =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \\1-----", Pattern.DOTALL);

  private final InstantSource clock;
  private final List<Source> sources;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  /** One file, as it was read last. */
  private static final class Source {
    private final Path path;
    private byte[] content = {};
    private volatile List<X509CRL> lists = List.of();
    private boolean overdue;

    private Source(Path path) {
      this.path = path;
    }
  }

  /**
   * Reads all files.
   *
   * @throws IllegalStateException when one cannot be used
   */
  public RevocationLists(List<Path> files, InstantSource clock) {
    this.clock = clock;
    this.sources = files.stream().map(Source::new).toList();
    for (Source source : sources) {
      try {
        read(source);
      } catch (IOException | CertificateException | CRLException e) {
        throw new IllegalStateException(
            "cannot use the revocation list " + source.path + ": " + e.getMessage(), e);
      }
    }
  }

  /** Tells when a list has changed, on the thread of {@link #refresh}. */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  /** Reads again the files that have changed; keeps what there is, and logs, when that fails. */
  public synchronized void refresh() {
    boolean changed = false;
    for (Source source : sources) {
      try {
        if (read(source)) {
          changed = true;
          LOG.log(System.Logger.Level.INFO, "revocation list read again: {0}", source.path);
        }
      } catch (IOException | CertificateException | CRLException e) {
        LOG.log(
            System.Logger.Level.WARNING,
            "revocation list {0} cannot be read, what it said before holds: {1}",
            source.path,
            e.getMessage());
      }
      warnWhenOverdue(source);
    }
    if (changed) {
      listeners.forEach(Runnable::run);
    }
  }

  private static boolean read(Source source)
      throws IOException, CertificateException, CRLException {
    byte[] content = Files.readAllBytes(source.path);
    if (Arrays.equals(content, source.content)) {
      return false;
    }
    List<X509CRL> lists = lists(content);
    if (lists.isEmpty()) {
      throw new CRLException("it holds no revocation list in PEM or DER form");
    }
    boolean first = source.content.length == 0;
    source.content = content;
    source.lists = lists;
    source.overdue = false;
    return !first;
  }

  private static List<X509CRL> lists(byte[] content) throws CertificateException, CRLException {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    List<X509CRL> lists = new ArrayList<>();
    List<X509Certificate> signers = new ArrayList<>();
    Matcher block = PEM.matcher(new String(content, StandardCharsets.ISO_8859_1));
    while (block.find()) {
      var in = new ByteArrayInputStream(block.group().getBytes(StandardCharsets.ISO_8859_1));
      switch (block.group(1)) {
        case "X509 CRL" -> lists.add((X509CRL) factory.generateCRL(in));
        case "CERTIFICATE" -> signers.add((X509Certificate) factory.generateCertificate(in));
        default -> {}
      }
    }
    if (lists.isEmpty()) {
      for (CRL each : factory.generateCRLs(new ByteArrayInputStream(content))) {
        if (each instanceof X509CRL list) {
          lists.add(list);
        }
      }
    }
    for (X509CRL list : lists) {
      if (!signers.isEmpty() && signers.stream().noneMatch(signer -> isSigned(list, signer))) {
        throw new CRLException(
            "the list of " + list.getIssuerX500Principal() + " is signed by no certificate in it");
      }
    }
    return List.copyOf(lists);
  }

  private static boolean isSigned(X509CRL list, X509Certificate signer) {
    try {
      list.verify(signer.getPublicKey());
      return list.getIssuerX500Principal().equals(signer.getSubjectX500Principal());
    } catch (GeneralSecurityException _) {
      return false;
    }
  }

  private void warnWhenOverdue(Source source) {
    Instant now = clock.instant();
    boolean overdue =
        source.lists.stream()
            .map(X509CRL::getNextUpdate)
            .anyMatch(next -> next != null && next.toInstant().isBefore(now));
    if (overdue && !source.overdue) {
      LOG.log(
          System.Logger.Level.WARNING,
          "revocation list {0} is older than it says it should be; it still holds",
          source.path);
    }
    source.overdue = overdue;
  }

  /** Why a chain is refused of which one certificate is revoked, or null when none is. */
  public @Nullable String refusal(List<X509Certificate> chain) {
    for (X509Certificate each : chain) {
      String refusal = refusal(each);
      if (refusal != null) {
        return refusal;
      }
    }
    return null;
  }

  /** Why a certificate is refused, as a clause for people, or null when no list names it. */
  @Nullable String refusal(X509Certificate certificate) {
    for (Source source : sources) {
      for (X509CRL list : source.lists) {
        X509CRLEntry entry = list.getRevokedCertificate(certificate);
        if (entry != null) {
          Instant since = entry.getRevocationDate().toInstant();
          return "its CA has revoked it on %s: serial number %s in the revocation list %s"
              .formatted(since, certificate.getSerialNumber().toString(16), source.path);
        }
      }
    }
    return null;
  }
}
