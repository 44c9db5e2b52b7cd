package io.thingstead.identity;

import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Rows;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Just-in-time registration: the first handshake with a certificate that a registered CA signed
 * registers it, to be activated by whoever listens (AWS IoT guide: "Register a client certificate
 * when the client connects"). For the executor of TLS tasks.
 */
final class JustInTime {
  /** A leaf and the CAs above it. */
  private static final int CHAIN_MAX = 5;

  private final AccountShard registry;
  private final Certificates certificates;
  private final KnownCertificates known;
  private final CaCertificates cas;
  private final InstantSource clock;
  private volatile Function<JustRegistered, String> listener = _ -> "";
  private volatile BiConsumer<String, String> registered = (_, _) -> {};

  JustInTime(
      AccountShard registry,
      Certificates certificates,
      KnownCertificates known,
      CaCertificates cas,
      InstantSource clock) {
    this.registry = registry;
    this.certificates = certificates;
    this.known = known;
    this.cas = cas;
    this.clock = clock;
  }

  void onNewcomer(Function<JustRegistered, String> told) {
    listener = told;
  }

  void onRegistered(BiConsumer<String, String> told) {
    registered = told;
  }

  CertificateLookup meet(List<X509Certificate> chain) {
    X509Certificate leaf = chain.getFirst();
    String id = ClientCertificates.id(leaf);
    if (!known.exists(id)) {
      CaCertificates.Issuer issuer = issuer(chain);
      String why = issuer == null ? null : refusal(id, issuer, leaf);
      if (why != null) {
        return new CertificateLookup.Refused(why);
      }
      if (issuer != null) {
        register(leaf, issuer);
      }
    }
    CertificateLookup found = known.find(id);
    KnownCertificates.Waiting waiting = known.waiting(id);
    if (waiting != null && found instanceof CertificateLookup.Known(var who, var status, _)) {
      String why = tell(id, waiting);
      return why.isEmpty() ? found : new CertificateLookup.Known(who, status, why);
    }
    return found;
  }

  private String tell(String id, KnownCertificates.Waiting waiting) {
    return listener.apply(
        new JustRegistered(
            id, waiting.caId(), clock.instant(), Instant.ofEpochMilli(waiting.registeredMillis())));
  }

  /** The registered CA at the end of the chain that was shown; the leaf alone will do. */
  private CaCertificates.@Nullable Issuer issuer(List<X509Certificate> chain) {
    Rows rows = registry.durable();
    X509Certificate below = chain.getFirst();
    for (int above = 1; above <= CHAIN_MAX; above++) {
      List<CaCertificates.Issuer> issuers = cas.issuersOf(rows, below);
      if (!issuers.isEmpty()) {
        return issuers.getFirst();
      }
      if (above >= chain.size() || !isCaOf(chain.get(above), below)) {
        return null;
      }
      below = chain.get(above);
    }
    return null;
  }

  private boolean isCaOf(X509Certificate shown, X509Certificate below) {
    try {
      shown.checkValidity(Date.from(clock.instant()));
    } catch (CertificateException e) {
      return false;
    }
    return shown.getBasicConstraints() >= 0 && CaCertificates.signed(shown, below);
  }

  /** Why the CA's word is not enough, for people; null when it is. */
  private @Nullable String refusal(String id, CaCertificates.Issuer issuer, X509Certificate leaf) {
    String signed = "certificate " + id + " is not registered; CA " + issuer.id() + " signed it";
    String update = " (aws iot update-ca-certificate --certificate-id " + issuer.id();
    Instant now = clock.instant();
    if (issuer.row().status() != CaStatus.ACTIVE) {
      return signed + " and is INACTIVE" + update + " --new-status ACTIVE)";
    }
    if (!issuer.row().autoRegistration()) {
      return signed
          + " and does not register by itself"
          + update
          + " --new-auto-registration-status ENABLE)";
    }
    if (now.isAfter(issuer.row().certificate().getNotAfter().toInstant())) {
      return signed + " and has ended; register its successor";
    }
    try {
      ClientCertificates.accepted(leaf, now);
      return null;
    } catch (ApiException e) {
      return signed + ", but " + e.getMessage();
    }
  }

  private void register(X509Certificate leaf, CaCertificates.Issuer issuer) {
    try {
      certificates.insert(
          leaf, CertificateStatus.PENDING_ACTIVATION, issuer.row().mode(), issuer.id());
      registered.accept(ClientCertificates.id(leaf), issuer.id());
    } catch (ApiException e) {
      // Two first connections at the same time: it is registered either way.
      if (e.error() != AwsError.RESOURCE_ALREADY_EXISTS) {
        throw e;
      }
    }
  }
}
