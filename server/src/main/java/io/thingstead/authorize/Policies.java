package io.thingstead.authorize;

import io.thingstead.account.Account;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Command;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.identity.Attachments;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Limits;
import io.thingstead.model.PolicyName;
import io.thingstead.model.policy.MalformedPolicyException;
import io.thingstead.model.policy.NamedPolicy;
import io.thingstead.model.policy.PolicyDocument;
import io.thingstead.registry.Tags;
import io.thingstead.row.Json;
import io.thingstead.row.Page;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiPredicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The policies of one account and what they are attached to. The operations wait for durability:
 * call them on virtual threads. Spec: policies.md section 9.
 */
public final class Policies implements Attachments {
  private static final int GENERATION_BYTES = 32;

  private final Account account;
  private final AccountShard registry;
  private final Targets targets;
  private final Limits.Policies limits;
  private final RandomGenerator random;
  private final List<PolicyListener> listeners = new CopyOnWriteArrayList<>();

  /**
   * @param registry the account's registry shard
   * @param targetExists whether policies can be attached to this certificate ARN or name of an
   *     anonymous principal, asked inside the command
   * @param random makes generation ids; safe for any thread
   */
  public Policies(
      Account account,
      AccountShard registry,
      BiPredicate<? super Tx, String> targetExists,
      Limits.Policies limits,
      RandomGenerator random) {
    this.account = account;
    this.registry = registry;
    this.targets = new Targets(account, targetExists, limits);
    this.limits = limits;
    this.random = random;
  }

  void onChange(PolicyListener listener) {
    listeners.add(listener);
  }

  /**
   * CreatePolicy.
   *
   * @throws ApiException MalformedPolicy, ResourceAlreadyExists, InvalidRequest for the name
   */
  public Policy create(String policyName, String document, Map<String, String> tags) {
    return registry.call(creation(policyName, document, tags));
  }

  /** The same as a step of a command of the registry shard. */
  public Command<Policy> creation(String policyName, String document, Map<String, String> tags) {
    String name = new PolicyName(policyName).text();
    parse(document);
    byte[] generation = new byte[GENERATION_BYTES];
    random.nextBytes(generation);
    return tx -> {
      if (PolicyTable.find(tx, name) != null) {
        throw new ApiException(
            AwsError.RESOURCE_ALREADY_EXISTS,
            "policy " + name + " exists; create-policy-version changes it");
      }
      long now = tx.now().toEpochMilli();
      PolicyRow row = new PolicyRow(1, 1, now, now, HexFormat.of().formatHex(generation));
      VersionRow version = new VersionRow(document, now);
      PolicyTable.insert(tx, name, row);
      PolicyTable.putVersion(tx, name, 1, version);
      Tags.attach(tx, arn(name), tags);
      return policy(name, row, version);
    };
  }

  /** The same without tags. */
  public Policy create(String policyName, String document) {
    return create(policyName, document, Map.of());
  }

  /** Whether there is a policy of this name, by rows of the registry shard. */
  public static boolean exists(Rows rows, String policyName) {
    return PolicyTable.find(rows, policyName) != null;
  }

  private void parse(String document) {
    try {
      PolicyDocument.parse(document, limits);
    } catch (MalformedPolicyException e) {
      throw new ApiException(AwsError.MALFORMED_POLICY, e.text());
    }
  }

  /** GetPolicy. */
  public Policy get(String policyName) {
    Rows rows = registry.durable();
    PolicyRow row = PolicyTable.require(rows, policyName);
    return policy(
        policyName, row, PolicyTable.requireVersion(rows, policyName, row.defaultVersion()));
  }

  /**
   * ListPolicies: the names.
   *
   * @param ascending the oldest first
   * @param pageSize 1 to 250, or null for 25
   */
  public Page<String> list(boolean ascending, @Nullable Integer pageSize, @Nullable String marker) {
    return PolicyTable.names(registry.durable(), ascending, pageSize, marker);
  }

  /** A policy's ARN. */
  public String arn(String policyName) {
    return account.arn("policy/" + policyName);
  }

  /**
   * DeletePolicy.
   *
   * @throws ApiException DeleteConflict while it is attached or has versions besides the default
   */
  public void delete(String policyName) {
    registry.call(
        tx -> {
          PolicyRow row = PolicyTable.require(tx, policyName);
          List<Rows.Row> targets = tx.scan(Tables.POLICY_TARGET, Key.of(policyName), null, 1);
          if (!targets.isEmpty()) {
            throw new ApiException(
                AwsError.DELETE_CONFLICT,
                "policy %s is attached to %s; detach it before deleting it"
                    .formatted(policyName, PolicyTable.second(targets.getFirst())));
          }
          if (PolicyTable.versions(tx, policyName).size() > 1) {
            throw new ApiException(
                AwsError.DELETE_CONFLICT,
                "policy " + policyName + " has other versions; delete them first");
          }
          Tags.forget(tx, arn(policyName));
          PolicyTable.delete(tx, policyName, row);
          tellPolicy(tx, policyName);
          return policyName;
        });
  }

  /**
   * CreatePolicyVersion.
   *
   * @throws ApiException MalformedPolicy, ResourceNotFound, VersionsLimitExceeded
   */
  public PolicyVersion createVersion(String policyName, String document, boolean setAsDefault) {
    parse(document);
    return registry.call(
        tx -> {
          PolicyRow old = PolicyTable.require(tx, policyName);
          if (PolicyTable.versions(tx, policyName).size() >= limits.versions()) {
            throw new ApiException(
                AwsError.VERSIONS_LIMIT_EXCEEDED,
                "policy %s has %d versions; delete one first"
                    .formatted(policyName, limits.versions()));
          }
          long now = tx.now().toEpochMilli();
          long number = old.lastVersion() + 1;
          PolicyRow row = old.with(setAsDefault ? number : old.defaultVersion(), number, now);
          VersionRow version = new VersionRow(document, now);
          PolicyTable.putVersion(tx, policyName, number, version);
          PolicyTable.put(tx, policyName, row);
          if (setAsDefault) {
            tellPolicy(tx, policyName);
          }
          return version(policyName, number, row, version);
        });
  }

  /** GetPolicyVersion. */
  public PolicyVersion version(String policyName, String versionId) {
    Rows rows = registry.durable();
    PolicyRow row = PolicyTable.require(rows, policyName);
    long number = number(policyName, versionId);
    return version(policyName, number, row, PolicyTable.requireVersion(rows, policyName, number));
  }

  /** ListPolicyVersions, the newest first. */
  public List<PolicyVersion> versions(String policyName) {
    Rows rows = registry.durable();
    PolicyRow row = PolicyTable.require(rows, policyName);
    List<PolicyVersion> versions = new ArrayList<>();
    for (Rows.Row stored : PolicyTable.versions(rows, policyName)) {
      VersionRow version = Json.decode(stored.value(), VersionRow.class);
      versions.add(version(policyName, PolicyTable.versionOf(stored), row, version));
    }
    return versions.reversed();
  }

  /**
   * DeletePolicyVersion.
   *
   * @throws ApiException DeleteConflict for the default version
   */
  public void deleteVersion(String policyName, String versionId) {
    long number = number(policyName, versionId);
    registry.call(
        tx -> {
          PolicyRow row = PolicyTable.require(tx, policyName);
          PolicyTable.requireVersion(tx, policyName, number);
          if (row.defaultVersion() == number) {
            throw new ApiException(
                AwsError.DELETE_CONFLICT,
                "version %d is the default of policy %s; make another the default, or delete the"
                        .formatted(number, policyName)
                    + " policy");
          }
          tx.delete(Tables.VERSION, Key.of(policyName, number));
          return policyName;
        });
  }

  /** SetDefaultPolicyVersion. */
  public void setDefaultVersion(String policyName, String versionId) {
    long number = number(policyName, versionId);
    registry.call(
        tx -> {
          PolicyRow row = PolicyTable.require(tx, policyName);
          PolicyTable.requireVersion(tx, policyName, number);
          if (row.defaultVersion() != number) {
            long now = tx.now().toEpochMilli();
            PolicyTable.put(tx, policyName, row.with(number, row.lastVersion(), now));
            tellPolicy(tx, policyName);
          }
          return policyName;
        });
  }

  private static long number(String policyName, String versionId) {
    try {
      return Long.parseUnsignedLong(versionId) & Long.MAX_VALUE;
    } catch (NumberFormatException e) {
      throw new ApiException(
          AwsError.RESOURCE_NOT_FOUND,
          "policy " + policyName + " has no version '" + versionId + "'");
    }
  }

  /**
   * AttachPolicy. The same again succeeds and changes nothing.
   *
   * @param target a certificate's ARN, a thing group's, or the name of an anonymous principal
   * @throws ApiException ResourceNotFound for policy or target; LimitExceeded
   */
  public void attach(String policyName, String target) {
    registry.call(
        tx -> {
          attach(tx, policyName, target);
          return target;
        });
  }

  /** The same as a step of a command of the registry shard. */
  public void attach(Tx tx, String policyName, String target) {
    PolicyTable.require(tx, policyName);
    targets.require(tx, target);
    List<String> attached = PolicyTable.attached(tx, target);
    if (attached.contains(policyName)) {
      return;
    }
    if (attached.size() >= targets.max(target)) {
      throw new ApiException(
          AwsError.LIMIT_EXCEEDED,
          "%s has %d policies, and no more are allowed; detach one first"
              .formatted(target, attached.size()));
    }
    tx.put(Tables.TARGET_POLICY, Key.of(target, policyName), PolicyTable.NOTHING);
    tx.put(Tables.POLICY_TARGET, Key.of(policyName, target), PolicyTable.NOTHING);
    tellTarget(tx, target);
  }

  /**
   * DetachPolicy.
   *
   * @return whether it was attached
   * @throws ApiException InvalidRequest when there is no such policy
   */
  public boolean detach(String policyName, String target) {
    return registry.call(
        tx -> {
          if (PolicyTable.find(tx, policyName) == null) {
            throw new ApiException(AwsError.INVALID_REQUEST, "there is no policy " + policyName);
          }
          boolean attached = tx.get(Tables.TARGET_POLICY, Key.of(target, policyName)) != null;
          if (attached) {
            remove(tx, policyName, target);
          }
          return attached;
        });
  }

  private void remove(Tx tx, String policyName, String target) {
    tx.delete(Tables.TARGET_POLICY, Key.of(target, policyName));
    tx.delete(Tables.POLICY_TARGET, Key.of(policyName, target));
    tellTarget(tx, target);
  }

  /** ListAttachedPolicies: the names. */
  public Page<String> attached(String target, @Nullable Integer pageSize, @Nullable String marker) {
    return Page.read(
        registry.durable(),
        Tables.TARGET_POLICY,
        Key.of(target),
        Page.Size.OLDER.of(pageSize),
        marker,
        PolicyTable::second);
  }

  /**
   * The same, of a thing group with those of the groups above it, the nearest first; nothing else
   * has anything above it.
   *
   * @throws ApiException ResourceNotFound for the group
   */
  public Page<String> attachedAround(
      String target, @Nullable Integer pageSize, @Nullable String marker) {
    return targets.isGroup(target)
        ? targets.around(registry.durable(), target, pageSize, marker)
        : attached(target, pageSize, marker);
  }

  /** The same of a thing group, all names at once. */
  List<String> attachedAround(String groupArn) {
    return targets.around(registry.durable(), groupArn);
  }

  /** Refuses with ResourceNotFound what policies cannot be attached to. */
  void requireTarget(String target) {
    registry.call(
        tx -> {
          targets.require(tx, target);
          return target;
        });
  }

  /** ListTargetsForPolicy: ARNs of certificates and names. */
  public Page<String> targets(
      String policyName, @Nullable Integer pageSize, @Nullable String marker) {
    Rows rows = registry.durable();
    PolicyTable.require(rows, policyName);
    return Page.read(
        rows,
        Tables.POLICY_TARGET,
        Key.of(policyName),
        Page.Size.OLDER.of(pageSize),
        marker,
        PolicyTable::second);
  }

  /** The names of a target's policies, durable. */
  List<String> attachedTo(String target) {
    return PolicyTable.attached(registry.durable(), target);
  }

  /** Their versions in force, durable; those that are no more are left out. */
  List<NamedPolicy> inForce(List<String> names) {
    Rows rows = registry.durable();
    List<NamedPolicy> policies = new ArrayList<>();
    for (String name : names) {
      NamedPolicy policy = PolicyTable.inForce(rows, name);
      if (policy != null) {
        policies.add(policy);
      }
    }
    return policies;
  }

  @Override
  public boolean any(Tx tx, String target) {
    return !PolicyTable.attached(tx, target).isEmpty();
  }

  @Override
  public void detachAll(Tx tx, String target) {
    PolicyTable.attached(tx, target).forEach(name -> remove(tx, name, target));
  }

  private void tellPolicy(Tx tx, String name) {
    tx.afterDurable(() -> listeners.forEach(listener -> listener.policyChanged(name)));
  }

  private void tellTarget(Tx tx, String target) {
    tx.afterDurable(() -> listeners.forEach(listener -> listener.targetChanged(target)));
  }

  private Policy policy(String name, PolicyRow row, VersionRow version) {
    return new Policy(
        name,
        arn(name),
        Long.toString(row.defaultVersion()),
        version.document(),
        Instant.ofEpochMilli(row.createdMillis()),
        Instant.ofEpochMilli(row.modifiedMillis()),
        row.generation());
  }

  private PolicyVersion version(String name, long number, PolicyRow row, VersionRow version) {
    return new PolicyVersion(
        name,
        arn(name),
        Long.toString(number),
        row.defaultVersion() == number,
        version.document(),
        Instant.ofEpochMilli(version.createdMillis()));
  }
}
