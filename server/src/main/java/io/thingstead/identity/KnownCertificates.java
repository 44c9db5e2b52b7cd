package io.thingstead.identity;

import io.thingstead.account.Account;
import io.thingstead.engine.AccountShard;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What handshakes ask of registered certificates, most of it from memory. Any thread may ask. */
final class KnownCertificates {
  private static final int CACHED_MAX = 65_536;

  private final Account account;
  private final AccountShard registry;
  private final InstantSource clock;
  // computeIfAbsent and remove exclude each other for one key: a row read before a change is never
  // left behind by the change's removal.
  private final Map<String, Known> cache = new ConcurrentHashMap<>();

  KnownCertificates(Account account, AccountShard registry, InstantSource clock) {
    this.account = account;
    this.registry = registry;
    this.clock = clock;
  }

  /** Forgets a certificate that was changed. */
  void forget(String id) {
    cache.remove(id);
  }

  /** Whether it is in memory, as one that has just connected is. */
  boolean isKept(String id) {
    return cache.containsKey(id);
  }

  boolean exists(String id) {
    return known(id) != null;
  }

  /** What is to be told when the certificate is shown, or null when it waits for nothing. */
  @Nullable Waiting waiting(String id) {
    Known known = known(id);
    return known == null ? null : known.waiting;
  }

  /** Reads the disk only the first time. */
  CertificateLookup find(String certificateId) {
    Known known = known(certificateId);
    if (known == null) {
      return new CertificateLookup.Refused(
          "certificate "
              + certificateId
              + " is not registered in account "
              + account.id()
              + "; register it or the CA that signed it first");
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
    Waiting waiting =
        row.status() == CertificateStatus.PENDING_ACTIVATION && row.caId() != null
            ? new Waiting(row.caId(), row.createdMillis())
            : null;
    return new Known(
        new CertificateLookup.Known(
            new Principal.Certificate(id, account.arn("cert/" + id), active), row.status(), whyNot),
        row.notBeforeMillis(),
        row.notAfterMillis(),
        waiting);
  }

  /** A certificate that a CA brought in and nobody has activated yet. */
  record Waiting(String caId, long registeredMillis) {}

  private record Known(
      CertificateLookup.Known found,
      long notBeforeMillis,
      long notAfterMillis,
      @Nullable Waiting waiting) {}
}
