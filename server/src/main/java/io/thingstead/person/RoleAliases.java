package io.thingstead.person;

import io.thingstead.account.Account;
import io.thingstead.authorize.Authorization;
import io.thingstead.authorize.Decision;
import io.thingstead.authorize.DeniedException;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.identity.Principal;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Limits;
import io.thingstead.registry.Tags;
import io.thingstead.registry.Thing;
import io.thingstead.registry.ThingPrincipals;
import io.thingstead.registry.Things;
import io.thingstead.row.Json;
import io.thingstead.row.Page;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The role aliases of one account, and the credentials that devices get by them (AWS IoT guide:
 * "Authorizing direct calls to AWS services"). The operations wait for durability: for virtual
 * threads.
 */
public final class RoleAliases {
  /** Who assumes the role in a device's name; its trust policy must say so. */
  private static final String SERVICE = "credentials.iot.amazonaws.com";

  private static final int SECONDS = 3_600;

  private final Account account;
  private final AccountShard registry;
  private final Sessions sessions;
  private final Things things;
  private final ThingPrincipals principals;
  private final Supplier<Limits.Persons> limits;

  RoleAliases(
      Account account,
      AccountShard registry,
      Sessions sessions,
      Things things,
      ThingPrincipals principals,
      Supplier<Limits.Persons> limits) {
    this.limits = limits;
    this.account = account;
    this.registry = registry;
    this.sessions = sessions;
    this.things = things;
    this.principals = principals;
  }

  /** Whether there is an alias of this name, by rows of the registry shard. */
  public static boolean exists(Rows rows, String name) {
    return rows.get(Tables.ALIAS, Key.of(name)) != null;
  }

  /**
   * CreateRoleAlias.
   *
   * @param seconds 900 to 43200; null for an hour
   * @throws ApiException ResourceAlreadyExists, LimitExceeded; InvalidRequest for an ARN that is no
   *     role's
   */
  public RoleAlias create(
      String name, String roleArn, @Nullable Integer seconds, Map<String, String> tags) {
    requireRoleArn(roleArn);
    return registry.call(
        tx -> {
          if (exists(tx, name)) {
            throw new ApiException(
                AwsError.RESOURCE_ALREADY_EXISTS,
                "the role alias " + name + " exists; update-role-alias changes it",
                Map.of("resourceId", name, "resourceArn", arn(name)));
          }
          if (tx.scan(Tables.ALIAS, Key.ALL, null, limits.get().roleAliases()).size()
              >= limits.get().roleAliases()) {
            throw new ApiException(
                AwsError.LIMIT_EXCEEDED,
                "the account has " + limits.get().roleAliases() + " role aliases");
          }
          long now = tx.now().toEpochMilli();
          AliasRow row = new AliasRow(roleArn, seconds == null ? SECONDS : seconds, now, now);
          put(tx, name, row);
          Tags.attach(tx, arn(name), tags);
          return alias(name, row);
        });
  }

  private void requireRoleArn(String roleArn) {
    if (!roleArn.startsWith("arn:aws:iam::" + account.id() + ":role/")) {
      throw new ApiException(
          AwsError.INVALID_REQUEST, "'" + roleArn + "' is no ARN of a role of this account");
    }
  }

  /** DescribeRoleAlias; ResourceNotFound when there is none. */
  public RoleAlias describe(String name) {
    return alias(name, require(registry.durable(), name));
  }

  /** UpdateRoleAlias: what is null stays. */
  public RoleAlias update(String name, @Nullable String roleArn, @Nullable Integer seconds) {
    if (roleArn != null) {
      requireRoleArn(roleArn);
    }
    return registry.call(
        tx -> {
          AliasRow old = require(tx, name);
          AliasRow row =
              new AliasRow(
                  roleArn == null ? old.roleArn() : roleArn,
                  seconds == null ? old.seconds() : seconds,
                  old.createdMillis(),
                  tx.now().toEpochMilli());
          put(tx, name, row);
          return alias(name, row);
        });
  }

  /** DeleteRoleAlias; credentials that were given go on until they end. */
  public void delete(String name) {
    registry.call(
        tx -> {
          require(tx, name);
          tx.delete(Tables.ALIAS, Key.of(name));
          Tags.forget(tx, arn(name));
          return name;
        });
  }

  /** ListRoleAliases: the names; there are never many, so that both orders are one scan. */
  public Page<String> list(boolean ascending, @Nullable Integer pageSize, @Nullable String marker) {
    int size = Page.Size.OLDER.of(pageSize);
    Comparator<String> order =
        ascending ? Comparator.naturalOrder() : Comparator.<String>naturalOrder().reversed();
    List<String> left =
        registry.durable().scan(Tables.ALIAS, Key.ALL, null, PersonLimits.ROWS_MAX).stream()
            .map(Names::first)
            .sorted(order)
            .filter(name -> marker == null || order.compare(name, marker) > 0)
            .toList();
    return left.size() <= size
        ? new Page<>(left, null)
        : new Page<>(left.subList(0, size), left.get(size - 1));
  }

  /**
   * What the credential provider gives a device.
   *
   * @param device whose policies allow {@code iot:AssumeRoleWithCertificate} on the alias, or not
   * @param thing the name of a thing that the certificate is attached to, or null
   * @throws ApiException ResourceNotFound for the alias; AccessDenied when the device's policies,
   *     the thing or the role's trust stand against it
   */
  public TemporaryKey credentials(
      String name,
      Principal.Certificate certificate,
      Authorization device,
      @Nullable String thing) {
    AliasRow row = require(registry.durable(), name);
    Decision decision = device.decide("iot:AssumeRoleWithCertificate", arn(name));
    if (decision instanceof Decision.Denied denied) {
      throw new DeniedException(
          AwsError.ACCESS_DENIED, "Access Denied: " + denied.why(), denied.why());
    }
    return sessions.forService(
        row.roleArn(),
        SERVICE,
        certificate.certificateId(),
        row.seconds(),
        facts(certificate, thing));
  }

  /** The variables that the role's policies can use. */
  private Map<String, List<String>> facts(
      Principal.Certificate certificate, @Nullable String thing) {
    Map<String, List<String>> facts = new HashMap<>();
    facts.put("credentials-iot:awscertificateid", List.of(certificate.certificateId()));
    if (thing == null) {
      return facts;
    }
    boolean attached =
        principals.attachments(certificate.arn()).stream()
            .anyMatch(attachment -> attachment.thingName().equals(thing));
    Thing found = attached ? things.find(registry.durable(), thing) : null;
    if (found == null) {
      throw new ApiException(
          AwsError.ACCESS_DENIED,
          "Access Denied: the certificate is not attached to the thing '"
              + thing
              + "' that x-amzn-iot-thingname names");
    }
    facts.put("credentials-iot:thingname", List.of(found.name()));
    if (found.typeName() != null) {
      facts.put("credentials-iot:thingtypename", List.of(found.typeName()));
    }
    return facts;
  }

  private String arn(String name) {
    return account.arn("rolealias/" + name);
  }

  private RoleAlias alias(String name, AliasRow row) {
    return new RoleAlias(
        name,
        arn(name),
        row.roleArn(),
        row.seconds(),
        Instant.ofEpochMilli(row.createdMillis()),
        Instant.ofEpochMilli(row.modifiedMillis()));
  }

  private static AliasRow require(Rows rows, String name) {
    byte[] stored = rows.get(Tables.ALIAS, Key.of(name));
    if (stored == null) {
      throw new ApiException(AwsError.RESOURCE_NOT_FOUND, "there is no role alias " + name);
    }
    return Json.decode(stored, AliasRow.class);
  }

  private static void put(Tx tx, String name, AliasRow row) {
    tx.put(Tables.ALIAS, Key.of(name), Json.encode(row));
  }
}
