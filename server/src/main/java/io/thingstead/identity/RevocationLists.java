package io.thingstead.identity;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
import org.jspecify.annotations.Nullable;

/**
 * Certificates that their CAs have revoked, by files that the user gives (RFC 5280 section 5), in
 * PEM or DER form, several lists in one file or in many. Who gives a file vouches for it: a list's
 * own signature is not checked, for the server need not know the CA. The status REVOKED of a
 * registered certificate is another thing. Call {@link #refresh} every few seconds; any thread may
 * ask.
 */
public final class RevocationLists {
  private static final System.Logger LOG = System.getLogger(RevocationLists.class.getName());

  private final InstantSource clock;
  private final List<Source> sources;

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

  /** Reads again the files that have changed; keeps what there is, and logs, when that fails. */
  public synchronized void refresh() {
    for (Source source : sources) {
      try {
        if (read(source)) {
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
  }

  private static boolean read(Source source)
      throws IOException, CertificateException, CRLException {
    byte[] content = Files.readAllBytes(source.path);
    if (Arrays.equals(content, source.content)) {
      return false;
    }
    List<X509CRL> lists = new ArrayList<>();
    for (CRL each :
        CertificateFactory.getInstance("X.509").generateCRLs(new ByteArrayInputStream(content))) {
      if (each instanceof X509CRL list) {
        lists.add(list);
      }
    }
    if (lists.isEmpty()) {
      throw new CRLException("it holds no revocation list in PEM or DER form");
    }
    boolean first = source.content.length == 0;
    source.content = content;
    source.lists = List.copyOf(lists);
    source.overdue = false;
    return !first;
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
