package io.thingstead.person;

import io.thingstead.account.Account;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Limits;
import io.thingstead.model.policy.NamedPolicy;
import io.thingstead.model.policy.PolicyDocument;
import io.thingstead.row.Json;
import io.thingstead.row.Page;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The managed policies of one account, by their ARNs, and their versions. The operations wait for
 * durability: for virtual threads.
 */
public final class ManagedPolicies {
  private final Account account;
  private final AccountShard registry;
  private final Changes changes;
  private final Ids ids;
  private final Supplier<Limits.Persons> limits;

  ManagedPolicies(
      Account account,
      AccountShard registry,
      Changes changes,
      Ids ids,
      Supplier<Limits.Persons> limits) {
    this.limits = limits;
    this.account = account;
    this.registry = registry;
    this.changes = changes;
    this.ids = ids;
  }

  /**
   * CreatePolicy.
   *
   * @param path null for {@code /}
   * @throws ApiException MalformedPolicyDocument, EntityAlreadyExists, LimitExceeded
   */
  public ManagedPolicy create(
      String name,
      @Nullable String path,
      String document,
      @Nullable String description,
      Map<String, String> tags) {
    check(document);
    Map<String, String> checked = Names.tagged(Map.of(), tags, limits.get().tags());
    return registry.call(
        tx -> {
          if (row(tx, name) != null) {
            throw new ApiException(
                AwsError.ENTITY_ALREADY_EXISTS, "A policy called " + name + " already exists.");
          }
          Names.requireRoom(
              tx, Tables.MANAGED, Key.ALL, "PoliciesPerAccount", limits.get().policies());
          long now = tx.now().toEpochMilli();
          ManagedRow row =
              new ManagedRow(
                  ids.entity("ANPA"),
                  Names.path(path),
                  description == null ? "" : description,
                  now,
                  now,
                  1,
                  1,
                  checked);
          put(tx, name, row);
          putVersion(tx, name, 1, new ManagedVersionRow(document, now));
          return policy(tx, name, row);
        });
  }

  private void check(String document) {
    Documents.parse(document);
    if (Documents.chars(document) > limits.get().policyChars()) {
      throw Refused.quota("PolicySize", limits.get().policyChars());
    }
  }

  /** GetPolicy. */
  public ManagedPolicy get(String arn) {
    Rows rows = registry.durable();
    String name = require(rows, arn);
    return policy(rows, name, requireRow(rows, name));
  }

  /**
   * ListPolicies, in the order of names.
   *
   * @param onlyAttached leaves out what nobody has
   */
  public Page<ManagedPolicy> list(
      @Nullable String pathPrefix,
      boolean onlyAttached,
      @Nullable Integer maxItems,
      @Nullable String marker) {
    Rows rows = registry.durable();
    return Names.page(
        rows,
        Tables.MANAGED,
        Key.ALL,
        maxItems,
        marker,
        row -> {
          ManagedPolicy policy =
              policy(rows, Names.first(row), Json.decode(row.value(), ManagedRow.class));
          boolean wanted = pathPrefix == null || policy.path().startsWith(pathPrefix);
          return wanted && (!onlyAttached || policy.attachments() > 0) ? policy : null;
        });
  }

  /**
   * DeletePolicy.
   *
   * @throws ApiException NoSuchEntity; DeleteConflict while it is attached or has other versions
   */
  public void delete(String arn) {
    registry.call(
        tx -> {
          String name = require(tx, arn);
          if (!tx.scan(Tables.POLICY_OWNER, Key.of(name), null, 1).isEmpty()) {
            throw Refused.conflict("Cannot delete a policy attached to entities.");
          }
          if (versionRows(tx, name).size() > 1) {
            throw Refused.conflict(
                "This policy has more than one version. Before you delete a policy, you must"
                    + " delete the policy's versions. The default version is deleted with the"
                    + " policy.");
          }
          tx.deleteAll(Tables.MANAGED_VERSION, Key.of(name));
          tx.delete(Tables.MANAGED, Key.of(name));
          return name;
        });
  }

  /**
   * CreatePolicyVersion.
   *
   * @throws ApiException NoSuchEntity, MalformedPolicyDocument, LimitExceeded
   */
  public ManagedVersion createVersion(String arn, String document, boolean setAsDefault) {
    check(document);
    return registry.call(
        tx -> {
          String name = require(tx, arn);
          ManagedRow old = requireRow(tx, name);
          if (versionRows(tx, name).size() >= limits.get().policyVersions()) {
            throw new ApiException(
                AwsError.LIMIT_EXCEEDED,
                "A managed policy can have up to 5 versions. Before you create a new version, you"
                    + " must delete an existing version.");
          }
          long now = tx.now().toEpochMilli();
          long number = old.lastVersion() + 1;
          ManagedRow row = old.with(setAsDefault ? number : old.defaultVersion(), number, now);
          ManagedVersionRow version = new ManagedVersionRow(document, now);
          put(tx, name, row);
          putVersion(tx, name, number, version);
          changes.tell(tx, "");
          return version(number, row, version);
        });
  }

  /** GetPolicyVersion. */
  public ManagedVersion version(String arn, String versionId) {
    Rows rows = registry.durable();
    String name = require(rows, arn);
    long number = number(arn, versionId);
    return version(number, requireRow(rows, name), requireVersion(rows, arn, name, number));
  }

  /** ListPolicyVersions, the newest first. */
  public List<ManagedVersion> versions(String arn) {
    Rows rows = registry.durable();
    String name = require(rows, arn);
    ManagedRow policy = requireRow(rows, name);
    List<ManagedVersion> versions = new ArrayList<>();
    for (Rows.Row row : versionRows(rows, name)) {
      Key.Reader key = row.key().read();
      key.text();
      versions.add(
          version(key.number(), policy, Json.decode(row.value(), ManagedVersionRow.class)));
    }
    return versions.reversed();
  }

  /** DeletePolicyVersion; DeleteConflict for the default one. */
  public void deleteVersion(String arn, String versionId) {
    registry.call(
        tx -> {
          String name = require(tx, arn);
          long number = number(arn, versionId);
          requireVersion(tx, arn, name, number);
          if (requireRow(tx, name).defaultVersion() == number) {
            throw Refused.conflict("Cannot delete the default version of a policy.");
          }
          tx.delete(Tables.MANAGED_VERSION, Key.of(name, number));
          return name;
        });
  }

  /** SetDefaultPolicyVersion; felt at once. */
  public void setDefault(String arn, String versionId) {
    registry.call(
        tx -> {
          String name = require(tx, arn);
          long number = number(arn, versionId);
          requireVersion(tx, arn, name, number);
          ManagedRow row = requireRow(tx, name);
          put(tx, name, row.with(number, row.lastVersion(), tx.now().toEpochMilli()));
          changes.tell(tx, "");
          return name;
        });
  }

  /** Unique ids of the users and roles that have a policy. */
  List<String> owners(String arn) {
    Rows rows = registry.durable();
    return rows
        .scan(Tables.POLICY_OWNER, Key.of(require(rows, arn)), null, Integer.MAX_VALUE)
        .stream()
        .map(Names::second)
        .toList();
  }

  /** A policy's name, if this account has one of this ARN; else NoSuchEntity. */
  String require(Rows rows, String arn) {
    String name = arn.substring(arn.lastIndexOf('/') + 1);
    ManagedRow row = row(rows, name);
    if (row == null || !arn(name, row).equals(arn)) {
      throw new ApiException(AwsError.NO_SUCH_ENTITY, "Policy " + arn + " was not found.");
    }
    return name;
  }

  /** The version in force of a policy that there is. */
  NamedPolicy inForce(Rows rows, String name) {
    ManagedRow row = requireRow(rows, name);
    long number = row.defaultVersion();
    ManagedVersionRow version = requireVersion(rows, arn(name, row), name, number);
    return new NamedPolicy(name, "v" + number, PolicyDocument.parse(version.document()));
  }

  String arn(Rows rows, String name) {
    return arn(name, requireRow(rows, name));
  }

  private String arn(String name, ManagedRow row) {
    return Names.arn(account, "policy", row.path(), name);
  }

  private ManagedPolicy policy(Rows rows, String name, ManagedRow row) {
    return new ManagedPolicy(
        name,
        row.id(),
        arn(name, row),
        row.path(),
        "v" + row.defaultVersion(),
        rows.scan(Tables.POLICY_OWNER, Key.of(name), null, Integer.MAX_VALUE).size(),
        row.description(),
        Instant.ofEpochMilli(row.createdMillis()),
        Instant.ofEpochMilli(row.updatedMillis()),
        row.tags());
  }

  private static ManagedVersion version(long number, ManagedRow policy, ManagedVersionRow row) {
    return new ManagedVersion(
        "v" + number,
        policy.defaultVersion() == number,
        row.document(),
        Instant.ofEpochMilli(row.createdMillis()));
  }

  private static List<Rows.Row> versionRows(Rows rows, String name) {
    return rows.scan(Tables.MANAGED_VERSION, Key.of(name), null, PersonLimits.ROWS_MAX);
  }

  private static long number(String arn, String versionId) {
    try {
      return Long.parseLong(versionId.substring(1));
    } catch (NumberFormatException _) {
      throw noVersion(arn, versionId);
    }
  }

  private static ManagedVersionRow requireVersion(Rows rows, String arn, String name, long number) {
    byte[] stored = rows.get(Tables.MANAGED_VERSION, Key.of(name, number));
    if (stored == null) {
      throw noVersion(arn, "v" + number);
    }
    return Json.decode(stored, ManagedVersionRow.class);
  }

  private static ApiException noVersion(String arn, String versionId) {
    return new ApiException(
        AwsError.NO_SUCH_ENTITY, "Policy " + arn + " version " + versionId + " does not exist.");
  }

  private static ManagedRow requireRow(Rows rows, String name) {
    ManagedRow row = row(rows, name);
    if (row == null) {
      throw Refused.noSuch("policy", name);
    }
    return row;
  }

  private static @Nullable ManagedRow row(Rows rows, String name) {
    byte[] stored = rows.get(Tables.MANAGED, Key.of(name));
    return stored == null ? null : Json.decode(stored, ManagedRow.class);
  }

  private static void put(Tx tx, String name, ManagedRow row) {
    tx.put(Tables.MANAGED, Key.of(name), Json.encode(row));
  }

  private static void putVersion(Tx tx, String name, long number, ManagedVersionRow row) {
    tx.put(Tables.MANAGED_VERSION, Key.of(name, number), Json.encode(row));
  }
}
