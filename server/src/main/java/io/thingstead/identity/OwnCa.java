package io.thingstead.identity;

import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.row.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;

/**
 * The server's own root CA: what clients trust instead of a public one. Made at the first start and
 * kept in the server shard, its key sealed; its certificate is also written to {@code ca.pem}.
 */
public final class OwnCa {
  private static final Key ROW = Key.of("ca");
  private static final String CONTEXT = "server-ca";
  private static final Duration LIFETIME = Duration.ofDays(20 * 365L);

  // Clients of Apple's refuse longer ones even from a private root.
  private static final Duration SERVER_LIFETIME = Duration.ofDays(397);
  private static final Duration RENEWED_BEFORE_END = Duration.ofDays(30);

  /** How far certificates are dated back, for devices whose clocks run behind. */
  static final Duration BACKDATED = Duration.ofHours(24);

  private final Authority authority;

  private OwnCa(Authority authority) {
    this.authority = authority;
  }

  /**
   * Reads the CA, or makes it.
   *
   * @param server the server shard
   */
  public static OwnCa open(
      AccountShard server,
      MasterKey master,
      KeyPairs keys,
      InstantSource clock,
      SecureRandom random) {
    byte[] stored = server.durable().get(Tables.SERVER_KEY, ROW);
    if (stored == null) {
      SealedCertificate made = create(master, keys, clock.instant(), random);
      stored =
          server.call(
              tx -> {
                byte[] now = tx.get(Tables.SERVER_KEY, ROW);
                if (now != null) {
                  return now;
                }
                byte[] row = Json.encode(made);
                tx.put(Tables.SERVER_KEY, ROW, row);
                return row;
              });
    }
    SealedCertificate row = Json.decode(stored, SealedCertificate.class);
    return new OwnCa(new Authority(row.key(master, CONTEXT), row.certificate(), random));
  }

  private static SealedCertificate create(
      MasterKey master, KeyPairs keys, Instant now, SecureRandom random) {
    // The name carries some randomness: a client that trusts two servers tells their CAs apart.
    byte[] tag = new byte[4];
    random.nextBytes(tag);
    Authority made =
        Authority.create(
            keys.p256(),
            Authority.commonName("Thingstead Root CA " + HexFormat.of().formatHex(tag)),
            now.minus(BACKDATED),
            now.plus(LIFETIME),
            random);
    return SealedCertificate.of(made.certificate(), made.key(), master, CONTEXT);
  }

  /** Writes the certificate, which is no secret, for clients to trust. */
  public void writePem(Path file) {
    PrivateFile.write(file, pem().getBytes(StandardCharsets.US_ASCII));
  }

  /** The certificate in PEM form. */
  public String pem() {
    try {
      return Pem.certificate(certificate().getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("the CA certificate has no encoding", e);
    }
  }

  /** The certificate. */
  public X509Certificate certificate() {
    return authority.certificate();
  }

  Authority authority() {
    return authority;
  }

  /**
   * Issues a certificate for a server, with a key of its own.
   *
   * @param names host names and IP addresses, at least one
   */
  public ServerIdentity issue(List<String> names, KeyPairs keys, Instant now) {
    KeyPair pair = keys.p256();
    X509Certificate leaf =
        authority.server(names, pair.getPublic(), now.minus(BACKDATED), now.plus(SERVER_LIFETIME));
    return new ServerIdentity(pair.getPrivate(), List.of(leaf, certificate()));
  }

  /** Whether a certificate that {@link #issue} has made must be replaced. */
  public boolean isDue(X509Certificate leaf, Instant now) {
    return !now.isBefore(leaf.getNotAfter().toInstant().minus(RENEWED_BEFORE_END))
        || !leaf.getIssuerX500Principal().equals(certificate().getSubjectX500Principal());
  }
}
