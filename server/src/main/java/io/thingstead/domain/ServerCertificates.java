package io.thingstead.domain;

import io.thingstead.account.Account;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.identity.MasterKey;
import io.thingstead.identity.ServerIdentity;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Limits;
import io.thingstead.row.Json;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The server certificates that an account has brought, as it would into ACM. Their keys are sealed
 * under the master key and never given out. All methods wait for the registry shard: for virtual
 * threads.
 */
public final class ServerCertificates {
  private final Account account;
  private final AccountShard shard;
  private final MasterKey master;
  private final Domains domains;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Limits.Domains limits;

  ServerCertificates(
      Account account, AccountShard shard, Domains domains, DomainConfigurations.Means means) {
    this.account = account;
    this.shard = shard;
    this.master = means.master();
    this.domains = domains;
    this.clock = means.clock();
    this.random = means.random();
    this.limits = account.limits().domains();
  }

  /**
   * What anybody may know of one.
   *
   * @param hosts that it is for
   * @param usedBy domain configurations that show it
   * @param problem why it is not good now, a clause for people, or null
   */
  public record Description(
      String arn,
      Set<String> hosts,
      Instant notBefore,
      Instant notAfter,
      Instant imported,
      List<String> usedBy,
      @Nullable String problem) {}

  String arn(String id) {
    return "arn:aws:acm:" + account.region() + ":" + account.id() + ":certificate/" + id;
  }

  /**
   * The id in an ARN of this account.
   *
   * @throws ApiException CERTIFICATE_VALIDATION
   */
  String idOf(String arn) {
    String prefix = arn("");
    if (!arn.startsWith(prefix)) {
      throw CertificateRules.refused(
          arn + " is no certificate of this account; bring one: ./thingstead domain add");
    }
    return arn.substring(prefix.length());
  }

  private static @Nullable ServerCertificateRow find(Rows rows, String id) {
    byte[] stored = rows.get(Tables.SERVER_CERTIFICATE, Key.of(id));
    return stored == null ? null : Json.decode(stored, ServerCertificateRow.class);
  }

  @Nullable ServerCertificateRow find(String id) {
    return find(shard.durable(), id);
  }

  /** By its id; it has been checked when it was brought. */
  ServerIdentity identity(String id) {
    ServerCertificateRow row = find(id);
    if (row == null) {
      throw CertificateRules.refused("there is no certificate " + arn(id));
    }
    return row.open(id, master);
  }

  /**
   * Takes one in.
   *
   * @param certificates PEM: the server's own first, then its issuers
   * @param key PEM, not encrypted
   * @return its ARN
   * @throws ApiException CERTIFICATE_VALIDATION or LIMIT_EXCEEDED
   */
  public String add(String certificates, String key) {
    ServerIdentity identity = checked(certificates, key);
    String id = new UUID(random.nextLong(), random.nextLong()).toString();
    return domains.change(
        () ->
            shard.call(
                tx -> {
                  int most = limits.certificates();
                  int held = tx.scan(Tables.SERVER_CERTIFICATE, Key.ALL, null, most).size();
                  if (held >= most) {
                    throw new ApiException(
                        AwsError.LIMIT_EXCEEDED,
                        "the account has %d server certificates, as many as it may"
                            .formatted(held));
                  }
                  put(tx, id, identity);
                  return arn(id);
                }));
  }

  private ServerIdentity checked(String certificates, String key) {
    try {
      ServerIdentity identity = ServerIdentity.fromPem(certificates, key);
      CertificateRules.check(identity, limits, clock.instant());
      domains.showing().tryOut().accept(identity);
      return identity;
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      throw CertificateRules.refused(String.valueOf(e.getMessage()));
    }
  }

  private void put(Tx tx, String id, ServerIdentity identity) {
    tx.put(
        Tables.SERVER_CERTIFICATE,
        Key.of(id),
        Json.encode(ServerCertificateRow.of(id, identity, master, tx.now().toEpochMilli())));
  }

  /**
   * Puts another in its place: new connections are shown it at once, others stay.
   *
   * @throws ApiException RESOURCE_NOT_FOUND, or CERTIFICATE_VALIDATION, and the old one stays
   */
  public void replace(String arn, String certificates, String key) {
    String id = idOf(arn);
    domains.change(
        () -> {
          require(id);
          ServerIdentity identity = checked(certificates, key);
          List<Named> users = users(shard.durable(), id);
          for (Named user : users) {
            requireCover(identity.leaf(), user.row().domainName());
          }
          shard.call(
              tx -> {
                put(tx, id, identity);
                return id;
              });
          for (Named user : users) {
            domains.put(
                user.row().domainName(),
                user.row().of(account, user.name()),
                new Certified(identity, user.row().securityPolicy()));
          }
          return id;
        });
  }

  /** Forgets one that no domain configuration uses. */
  public void delete(String arn) {
    String id = idOf(arn);
    domains.change(
        () ->
            shard.call(
                tx -> {
                  require(id);
                  List<Named> users = users(tx, id);
                  if (!users.isEmpty()) {
                    throw new ApiException(
                        AwsError.DELETE_CONFLICT,
                        "the certificate is shown by domain configuration "
                            + users.getFirst().name()
                            + ": delete that first");
                  }
                  tx.delete(Tables.SERVER_CERTIFICATE, Key.of(id));
                  return id;
                }));
  }

  private ServerCertificateRow require(String id) {
    ServerCertificateRow row = find(id);
    if (row == null) {
      throw new ApiException(AwsError.RESOURCE_NOT_FOUND, "there is no certificate " + arn(id));
    }
    return row;
  }

  static void requireCover(X509Certificate leaf, String host) {
    if (!HostNames.covers(leaf, host)) {
      throw CertificateRules.refused(
          "it is for " + String.join(", ", HostNames.of(leaf)) + ", which does not cover " + host);
    }
  }

  /** All of them; there are never more than some dozens. */
  public List<Description> list() {
    Rows rows = shard.durable();
    return rows.scan(Tables.SERVER_CERTIFICATE, Key.ALL, null, limits.certificates()).stream()
        .map(row -> described(rows, row))
        .toList();
  }

  private Description described(Rows rows, Rows.Row stored) {
    String id = stored.key().read().text();
    ServerCertificateRow row = Json.decode(stored.value(), ServerCertificateRow.class);
    X509Certificate leaf = row.chain().getFirst();
    return new Description(
        arn(id),
        HostNames.of(leaf),
        leaf.getNotBefore().toInstant(),
        leaf.getNotAfter().toInstant(),
        Instant.ofEpochMilli(row.importedMillis()),
        users(rows, id).stream().map(Named::name).toList(),
        CertificateRules.invalid(leaf, clock.instant()));
  }

  /** A domain configuration with its name. */
  record Named(String name, DomainRow row) {
    private static final int MOST = 10_000;

    static List<Named> all(Rows rows) {
      return rows.scan(Tables.DOMAIN, Key.ALL, null, MOST).stream()
          .map(row -> new Named(row.key().read().text(), Json.decode(row.value(), DomainRow.class)))
          .toList();
    }
  }

  private static List<Named> users(Rows rows, String id) {
    return Named.all(rows).stream().filter(each -> id.equals(each.row().certificateId())).toList();
  }
}
