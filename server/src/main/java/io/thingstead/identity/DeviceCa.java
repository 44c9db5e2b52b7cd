package io.thingstead.identity;

import io.thingstead.account.Account;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.row.Json;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.jspecify.annotations.Nullable;

/**
 * An account's own CA, which signs the certificates its devices ask for. Made when the first one is
 * needed and kept in the registry shard. It signs with RSA, as the cloud's does: small TLS stacks
 * on devices are built without ECDSA and could not read their own certificate otherwise.
 */
final class DeviceCa {
  private static final Key ROW = Key.of("ca");
  // The cloud's date: certificates of devices in the field outlive their makers' plans.
  static final Instant NOT_AFTER = Instant.parse("2049-12-31T23:59:59Z");
  private static final X500Name DEFAULT_SUBJECT = Authority.commonName("AWS IoT Certificate");

  private final Account account;
  private final AccountShard registry;
  private final MasterKey master;
  private final KeyPairs keys;
  private final InstantSource clock;
  private final SecureRandom random;
  private volatile @Nullable Authority authority;

  DeviceCa(
      Account account,
      AccountShard registry,
      MasterKey master,
      KeyPairs keys,
      InstantSource clock,
      SecureRandom random) {
    this.account = account;
    this.registry = registry;
    this.master = master;
    this.keys = keys;
    this.clock = clock;
    this.random = random;
  }

  /** A certificate for a device that named itself in a signing request, or not at all. */
  X509Certificate issue(X500Name subject, PublicKey key) {
    X500Name name = subject.getRDNs().length == 0 ? DEFAULT_SUBJECT : subject;
    return authority().device(name, key, clock.instant().minus(OwnCa.BACKDATED), NOT_AFTER);
  }

  X509Certificate issue(PublicKey key) {
    return issue(DEFAULT_SUBJECT, key);
  }

  /** One that ends early. */
  X509Certificate issue(PublicKey key, Instant notAfter) {
    return authority()
        .device(DEFAULT_SUBJECT, key, clock.instant().minus(OwnCa.BACKDATED), notAfter);
  }

  private Authority authority() {
    Authority known = authority;
    if (known == null) {
      byte[] stored = registry.durable().get(Tables.DEVICE_CA, ROW);
      known = read(stored == null ? storeFirst(create()) : stored);
      authority = known;
    }
    return known;
  }

  private Authority read(byte[] stored) {
    SealedCertificate row = Json.decode(stored, SealedCertificate.class);
    return new Authority(row.key(master, context()), row.certificate(), random);
  }

  /** Two callers may each make a CA; the first to be stored is the account's. */
  private byte[] storeFirst(SealedCertificate made) {
    return registry.call(
        tx -> {
          byte[] now = tx.get(Tables.DEVICE_CA, ROW);
          if (now != null) {
            return now;
          }
          byte[] row = Json.encode(made);
          tx.put(Tables.DEVICE_CA, ROW, row);
          return row;
        });
  }

  private SealedCertificate create() {
    X500Name name =
        new X500NameBuilder(BCStyle.INSTANCE)
            .addRDN(BCStyle.O, "Thingstead")
            .addRDN(BCStyle.OU, "account " + account.id())
            .addRDN(BCStyle.CN, "Thingstead Device CA")
            .build();
    Instant notBefore = clock.instant().minus(OwnCa.BACKDATED);
    Authority made = Authority.create(keys.rsa(), name, notBefore, NOT_AFTER, random);
    return SealedCertificate.of(made.certificate(), made.key(), master, context());
  }

  private String context() {
    return "device-ca/" + account.id();
  }
}
