package io.thingstead.provision;

import io.thingstead.account.Account;
import io.thingstead.authorize.Policies;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.identity.CertificateStatus;
import io.thingstead.identity.IssuedCertificate;
import io.thingstead.identity.NewCertificate;
import io.thingstead.identity.Registrar;
import io.thingstead.registry.ThingPrincipals;
import io.thingstead.row.Json;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Ownership tokens: who was given one with a certificate may have it provisioned, once and in time.
 * Only a token's hash is kept. A certificate whose token expires is deleted. Also ends claims that
 * were made for one device, which expire the same way. All methods but {@link #next} are steps of
 * commands of the registry shard.
 */
final class Tokens {
  /** The name of the timer's handler, which is on disk. */
  static final String EXPIRE = "provision.expire";

  private static final int BYTES = 32;
  private static final String TOKEN = "token";
  private static final String CLAIM = "claim";

  private final Account account;
  private final Registrar registrar;
  private final Policies policies;
  private final ThingPrincipals principals;
  private final SecureRandom random;

  Tokens(
      Account account,
      Registrar registrar,
      Policies policies,
      ThingPrincipals principals,
      SecureRandom random) {
    this.account = account;
    this.registrar = registrar;
    this.policies = policies;
    this.principals = principals;
    this.random = random;
  }

  /** A token that nobody can guess. */
  String next() {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Registers a certificate that waits for its provisioning, and gives it this token. */
  void issue(Tx tx, NewCertificate made, String token, Duration lifetime) {
    registrar.insert(tx, made, CertificateStatus.PENDING_ACTIVATION);
    String hash = Enrolment.sha256(token);
    Instant until = tx.now().plus(lifetime);
    tx.put(Tables.TOKEN, Key.of(hash), Json.encode(new TokenRow(made.id(), until.toEpochMilli())));
    schedule(tx, until, TOKEN, hash);
  }

  /** Registers a certificate that is deleted later. */
  IssuedCertificate claim(Tx tx, NewCertificate made, String policy, Instant until) {
    IssuedCertificate issued = registrar.insertUnlisted(tx, made, CertificateStatus.ACTIVE);
    policies.attach(tx, policy, issued.certificateArn());
    schedule(tx, until, CLAIM, made.id());
    return issued;
  }

  private void schedule(Tx tx, Instant due, String kind, String id) {
    String message = account.id().digits() + " " + kind + " " + id;
    tx.schedule(timer(kind, id), due, EXPIRE, message.getBytes(StandardCharsets.US_ASCII));
  }

  private static String timer(String kind, String id) {
    return "provision/" + kind + "/" + id;
  }

  /** The certificate that a token stands for. */
  static String certificate(Rows rows, String token, Instant now) throws FleetRefusal {
    byte[] stored = rows.get(Tables.TOKEN, Key.of(Enrolment.sha256(token)));
    TokenRow row = stored == null ? null : Json.decode(stored, TokenRow.class);
    if (row == null || now.toEpochMilli() >= row.expiresMillis()) {
      throw FleetRefusal.token(
          "Certificate ownership token is unknown, was used before, or has expired.");
    }
    return row.certificateId();
  }

  /** Uses a token up. */
  static void use(Tx tx, String token) {
    String hash = Enrolment.sha256(token);
    tx.delete(Tables.TOKEN, Key.of(hash));
    tx.cancel(timer(TOKEN, hash));
  }

  /** The account that a timer's message speaks of, twelve digits. */
  static String account(byte[] message) {
    return new String(message, StandardCharsets.US_ASCII).split(" ", 3)[0];
  }

  /** A timer is due: the certificate that is deleted for it, or null. */
  @Nullable String expire(Tx tx, byte[] message) {
    String[] words = new String(message, StandardCharsets.US_ASCII).split(" ", 3);
    if (words[1].equals(CLAIM)) {
      return delete(tx, words[2]);
    }
    byte[] stored = tx.get(Tables.TOKEN, Key.of(words[2]));
    if (stored == null) {
      return null;
    }
    tx.delete(Tables.TOKEN, Key.of(words[2]));
    String id = Json.decode(stored, TokenRow.class).certificateId();
    // Somebody may have activated it by hand.
    return registrar.status(tx, id) == CertificateStatus.PENDING_ACTIVATION ? delete(tx, id) : null;
  }

  private @Nullable String delete(Tx tx, String id) {
    if (registrar.status(tx, id) == null) {
      return null;
    }
    policies.detachAll(tx, registrar.arn(id));
    principals.detachAll(tx, registrar.arn(id));
    registrar.delete(tx, id);
    return id;
  }
}
