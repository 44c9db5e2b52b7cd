package io.thingstead.identity;

import io.thingstead.account.Account;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.row.Page;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The client certificates of one account. The operations wait for durability: call them on virtual
 * threads. Spec: certificates-provisioning.md section 1.
 */
public final class Certificates {
  private static final int CACHED_MAX = 65_536;

  private final Account account;
  private final AccountShard registry;
  private final DeviceCa ca;
  private final KeyPairs keys;
  private final InstantSource clock;
  private final SecureRandom random;
  private final List<Attachments> policies = new CopyOnWriteArrayList<>();
  private final List<Attachments> things = new CopyOnWriteArrayList<>();
  private final List<CertificateListener> listeners = new CopyOnWriteArrayList<>();
  // computeIfAbsent and remove exclude each other for one key: a row read before a change is never
  // left behind by the change's removal.
  private final Map<String, Known> cache = new ConcurrentHashMap<>();

  public Certificates(
      Account account,
      AccountShard registry,
      MasterKey master,
      KeyPairs keys,
      InstantSource clock,
      SecureRandom random) {
    this.account = account;
    this.registry = registry;
    this.ca = new DeviceCa(account, registry, master, keys, clock, random);
    this.keys = keys;
    this.clock = clock;
    this.random = random;
  }

  /** Lets policies keep a certificate from being deleted, unless by force. */
  public void guardedByPolicies(Attachments attachments) {
    policies.add(attachments);
  }

  /** Lets things keep a certificate from being deleted. */
  public void guardedByThings(Attachments attachments) {
    things.add(attachments);
  }

  /** Tells of each change from now on. */
  public void onChange(CertificateListener listener) {
    listeners.add(listener);
  }

  /** CreateKeysAndCertificate. */
  public IssuedKeys createKeysAndCertificate(boolean setAsActive) {
    KeyPair pair = keys.rsa();
    IssuedCertificate issued = register(ca.issue(pair.getPublic()), status(setAsActive));
    return new IssuedKeys(
        issued, Pem.publicKey(pair.getPublic()), Pem.rsaPrivateKey(pair.getPrivate()));
  }

  /** CreateCertificateFromCsr; the certificate keeps the subject of the request. */
  public IssuedCertificate createCertificateFromCsr(String pem, boolean setAsActive) {
    SigningRequest request = ClientCertificates.parseRequest(pem);
    return register(ca.issue(request.subject(), request.key()), status(setAsActive));
  }

  private static CertificateStatus status(boolean setAsActive) {
    return setAsActive ? CertificateStatus.ACTIVE : CertificateStatus.INACTIVE;
  }

  /**
   * RegisterCertificateWithoutCA.
   *
   * @param status null for inactive
   */
  public IssuedCertificate registerCertificateWithoutCa(
      String pem, @Nullable CertificateStatus status) {
    CertificateStatus wanted = status == null ? CertificateStatus.INACTIVE : status;
    requireSettable(wanted);
    return insert(ClientCertificates.parse(pem, clock.instant()), wanted, CertificateMode.SNI_ONLY);
  }

  private IssuedCertificate register(X509Certificate certificate, CertificateStatus status) {
    return insert(certificate, status, CertificateMode.DEFAULT);
  }

  private IssuedCertificate insert(
      X509Certificate certificate, CertificateStatus status, CertificateMode mode) {
    String id = ClientCertificates.id(certificate);
    byte[] generation = new byte[32];
    random.nextBytes(generation);
    byte[] der = encoded(certificate);
    registry.call(
        tx -> {
          if (CertificateTable.get(tx, id) != null) {
            throw new ApiException(
                AwsError.RESOURCE_ALREADY_EXISTS,
                "the certificate is already registered as " + id,
                Map.of("resourceId", id, "resourceArn", arn(id)));
          }
          long now = tx.now().toEpochMilli();
          CertificateTable.insert(
              tx,
              id,
              new CertificateRow(
                  der,
                  status,
                  mode,
                  now,
                  now,
                  1,
                  HexFormat.of().formatHex(generation),
                  certificate.getNotBefore().toInstant().toEpochMilli(),
                  certificate.getNotAfter().toInstant().toEpochMilli()));
          announce(tx, id, status == CertificateStatus.ACTIVE);
          return true;
        });
    return new IssuedCertificate(arn(id), id, Pem.certificate(der));
  }

  private static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a parsed certificate has no encoding", e);
    }
  }

  /** DescribeCertificate. */
  public CertificateDescription describe(String certificateId) {
    String id = certificateId.toLowerCase(Locale.ROOT);
    CertificateRow row = require(registry.durable(), id);
    return new CertificateDescription(
        arn(id),
        id,
        row.status(),
        Pem.certificate(row.der()),
        account.id(),
        Instant.ofEpochMilli(row.createdMillis()),
        Instant.ofEpochMilli(row.modifiedMillis()),
        row.version(),
        row.generation(),
        Instant.ofEpochMilli(row.notBeforeMillis()),
        Instant.ofEpochMilli(row.notAfterMillis()),
        row.mode());
  }

  /**
   * ListCertificates.
   *
   * @param pageSize 1 to 250; null for 25
   * @param ascending oldest first
   */
  public Page<ListedCertificate> list(
      @Nullable Integer pageSize, @Nullable String marker, boolean ascending) {
    Rows rows = registry.durable();
    Page<String> page =
        CertificateTable.list(rows, ascending, marker, Page.Size.OLDER.of(pageSize));
    List<ListedCertificate> entries =
        page.items().stream()
            .mapMulti(
                (String id, Consumer<ListedCertificate> out) -> {
                  CertificateRow row = CertificateTable.get(rows, id);
                  if (row != null) {
                    out.accept(entry(id, row));
                  }
                })
            .toList();
    return new Page<>(entries, page.next());
  }

  private ListedCertificate entry(String id, CertificateRow row) {
    return new ListedCertificate(
        arn(id), id, row.status(), row.mode(), Instant.ofEpochMilli(row.createdMillis()));
  }

  /** UpdateCertificate: idempotent; leaving ACTIVE drops the certificate's connections. */
  public void update(String certificateId, CertificateStatus next) {
    String id = certificateId.toLowerCase(Locale.ROOT);
    requireSettable(next);
    registry.call(
        tx -> {
          CertificateRow row = require(tx, id);
          if (row.status() == CertificateStatus.PENDING_TRANSFER) {
            throw new ApiException(
                AwsError.CERTIFICATE_STATE,
                "certificate " + id + " is being transferred; cancel the transfer first");
          }
          if (row.status() != next) {
            CertificateTable.put(tx, id, row.with(next, tx.now().toEpochMilli()));
            announce(tx, id, next == CertificateStatus.ACTIVE);
          }
          return true;
        });
  }

  private static void requireSettable(CertificateStatus status) {
    if (!status.settable()) {
      throw new ApiException(
          AwsError.INVALID_REQUEST,
          "a certificate cannot be set to " + status + "; use ACTIVE, INACTIVE or REVOKED");
    }
  }

  /**
   * DeleteCertificate.
   *
   * @param force detaches its policies
   */
  public void delete(String certificateId, boolean force) {
    String id = certificateId.toLowerCase(Locale.ROOT);
    String arn = arn(id);
    registry.call(
        tx -> {
          CertificateRow row = require(tx, id);
          if (row.status() == CertificateStatus.ACTIVE
              || row.status() == CertificateStatus.PENDING_TRANSFER) {
            throw new ApiException(
                AwsError.CERTIFICATE_STATE,
                "certificate " + id + " is " + row.status() + "; deactivate it before deleting it");
          }
          if (things.stream().anyMatch(each -> each.any(tx, arn))) {
            throw new ApiException(
                AwsError.DELETE_CONFLICT,
                "things are attached to certificate " + id + "; detach them before deleting it");
          }
          if (!force && policies.stream().anyMatch(each -> each.any(tx, arn))) {
            throw new ApiException(
                AwsError.DELETE_CONFLICT,
                "policies are attached to certificate "
                    + id
                    + "; detach them before deleting it, or use forceDelete");
          }
          policies.forEach(each -> each.detachAll(tx, arn));
          CertificateTable.delete(tx, id, row);
          announce(tx, id, false);
          return true;
        });
  }

  /** Finds what a client showed in a TLS handshake, as {@link #find(String)} does. */
  public CertificateLookup find(X509Certificate shown) {
    return find(ClientCertificates.id(shown));
  }

  /**
   * Finds what a client showed in a TLS handshake. Reads the disk only the first time: for the
   * executor of TLS tasks, not for an event loop.
   */
  public CertificateLookup find(String certificateId) {
    Known known = known(certificateId);
    if (known == null) {
      return new CertificateLookup.Refused(
          "certificate " + certificateId + " is not registered in account " + account.id());
    }
    long now = clock.millis();
    if (now < known.notBeforeMillis) {
      return new CertificateLookup.Refused(
          "certificate "
              + certificateId
              + " is not valid before "
              + Instant.ofEpochMilli(known.notBeforeMillis)
              + "; check the clocks");
    }
    if (now > known.notAfterMillis) {
      return new CertificateLookup.Refused(
          "certificate "
              + certificateId
              + " ended "
              + Instant.ofEpochMilli(known.notAfterMillis)
              + "; give the device a new one");
    }
    return known.found;
  }

  /** Whether the certificate is registered, whatever its status and dates. */
  public boolean exists(String certificateId) {
    return known(certificateId) != null;
  }

  /** As {@link #exists(String)}, inside a command of the registry shard. */
  public static boolean exists(Rows registryRows, String certificateId) {
    return registryRows.get(Tables.CERTIFICATE, Key.of(certificateId)) != null;
  }

  /**
   * The certificate itself, for policy variables; null when it is not registered. Reads the disk.
   */
  public @Nullable X509Certificate certificate(String certificateId) {
    CertificateRow row = CertificateTable.get(registry.durable(), certificateId);
    return row == null ? null : row.certificate();
  }

  private @Nullable Known known(String id) {
    Known cached = cache.get(id);
    if (cached != null) {
      return cached;
    }
    if (cache.size() >= CACHED_MAX) {
      cache.keySet().stream().findAny().ifPresent(cache::remove);
    }
    // Ids that are not registered are not kept, so that strangers cannot fill the cache.
    return cache.computeIfAbsent(id, this::load);
  }

  private @Nullable Known load(String id) {
    CertificateRow row = CertificateTable.get(registry.durable(), id);
    if (row == null) {
      return null;
    }
    boolean active = row.status() == CertificateStatus.ACTIVE;
    String whyNot =
        active
            ? ""
            : "certificate "
                + id
                + " is "
                + row.status()
                + " (aws iot update-certificate --certificate-id "
                + id
                + " --new-status ACTIVE lets it in)";
    return new Known(
        new CertificateLookup.Known(
            new Principal.Certificate(id, arn(id), active), row.status(), whyNot),
        row.notBeforeMillis(),
        row.notAfterMillis());
  }

  private void announce(Tx tx, String id, boolean active) {
    tx.afterDurable(
        () -> {
          cache.remove(id);
          listeners.forEach(listener -> listener.changed(arn(id), active));
        });
  }

  private static CertificateRow require(Rows rows, String id) {
    CertificateRow row = CertificateTable.get(rows, id);
    if (row == null) {
      throw new ApiException(
          AwsError.RESOURCE_NOT_FOUND, "there is no certificate " + id + " in this account");
    }
    return row;
  }

  private String arn(String id) {
    return account.arn("cert/" + id);
  }

  private record Known(CertificateLookup.Known found, long notBeforeMillis, long notAfterMillis) {}
}
