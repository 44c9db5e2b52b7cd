package io.thingstead.person;

import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Limits;
import io.thingstead.model.policy.NamedPolicy;
import io.thingstead.model.policy.PolicyDocument;
import io.thingstead.row.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The policies that users, or roles, of one account have: of their own (inline) and attached. The
 * operations wait for durability: for virtual threads.
 */
public final class OwnerPolicies {
  private static final int CHUNK = 1_000;

  private final AccountShard registry;
  private final BiFunction<Rows, String, Owner> owners;
  private final ManagedPolicies policies;
  private final Changes changes;
  private final Supplier<Limits.Persons> limits;

  /**
   * @param owners finds the user or role of a name, or refuses with NoSuchEntity
   */
  OwnerPolicies(
      AccountShard registry,
      BiFunction<Rows, String, Owner> owners,
      ManagedPolicies policies,
      Changes changes,
      Supplier<Limits.Persons> limits) {
    this.limits = limits;
    this.registry = registry;
    this.owners = owners;
    this.policies = policies;
    this.changes = changes;
  }

  /** AttachUserPolicy, AttachRolePolicy. The same again succeeds and changes nothing. */
  public void attach(String ownerName, String policyArn) {
    registry.call(
        tx -> {
          Owner owner = owners.apply(tx, ownerName);
          String policy = policies.require(tx, policyArn);
          Key key = Key.of(owner.id(), policy);
          if (tx.get(Tables.OWNER_POLICY, key) == null) {
            Names.requireRoom(
                tx,
                Tables.OWNER_POLICY,
                Key.of(owner.id()),
                owner.kind() == Owner.Kind.USER ? "PoliciesPerUser" : "PoliciesPerRole",
                limits.get().attachedPerOwner());
            tx.put(Tables.OWNER_POLICY, key, Names.NOTHING);
            tx.put(Tables.POLICY_OWNER, Key.of(policy, owner.id()), Names.NOTHING);
            changes.tell(tx, owner.id());
          }
          return policy;
        });
  }

  /** DetachUserPolicy, DetachRolePolicy; NoSuchEntity when it is not attached. */
  public void detach(String ownerName, String policyArn) {
    registry.call(
        tx -> {
          Owner owner = owners.apply(tx, ownerName);
          String policy = policyArn.substring(policyArn.lastIndexOf('/') + 1);
          Key key = Key.of(owner.id(), policy);
          if (tx.get(Tables.OWNER_POLICY, key) == null) {
            throw new ApiException(
                AwsError.NO_SUCH_ENTITY, "Policy " + policyArn + " was not found.");
          }
          tx.delete(Tables.OWNER_POLICY, key);
          tx.delete(Tables.POLICY_OWNER, Key.of(policy, owner.id()));
          changes.tell(tx, owner.id());
          return policy;
        });
  }

  /** A policy by name and ARN. */
  public record Attached(String name, String arn) {}

  /** ListAttachedUserPolicies, ListAttachedRolePolicies. */
  public Page<Attached> attached(
      String ownerName, @Nullable Integer maxItems, @Nullable String marker) {
    Rows rows = registry.durable();
    Owner owner = owners.apply(rows, ownerName);
    return Names.page(
        rows,
        Tables.OWNER_POLICY,
        Key.of(owner.id()),
        maxItems,
        marker,
        row -> new Attached(Names.second(row), policies.arn(rows, Names.second(row))));
  }

  /**
   * PutUserPolicy, PutRolePolicy.
   *
   * @throws ApiException NoSuchEntity, MalformedPolicyDocument, LimitExceeded
   */
  public void put(String ownerName, String policyName, String document) {
    Documents.parse(document);
    registry.call(
        tx -> {
          Owner owner = owners.apply(tx, ownerName);
          int chars = Documents.chars(document);
          List<Rows.Row> others =
              inline(tx, owner).stream()
                  .filter(row -> !Names.second(row).equals(policyName))
                  .toList();
          for (Rows.Row row : others) {
            chars += Documents.chars(Names.text(row.value()));
          }
          if (chars > owner.kind().inlineChars()
              || others.size() >= limits.get().inlinePerOwner()) {
            throw new ApiException(
                AwsError.LIMIT_EXCEEDED,
                "Maximum policy size of %d bytes exceeded for %s %s"
                    .formatted(owner.kind().inlineChars(), owner.kind().word(), ownerName));
          }
          tx.put(Tables.INLINE, Key.of(owner.id(), policyName), Names.bytes(document));
          changes.tell(tx, owner.id());
          return policyName;
        });
  }

  /** GetUserPolicy, GetRolePolicy: the document. */
  public String get(String ownerName, String policyName) {
    Rows rows = registry.durable();
    return Names.text(require(rows, owners.apply(rows, ownerName), policyName));
  }

  /** ListUserPolicies, ListRolePolicies: the names. */
  public Page<String> list(String ownerName, @Nullable Integer maxItems, @Nullable String marker) {
    Rows rows = registry.durable();
    Owner owner = owners.apply(rows, ownerName);
    return Names.page(rows, Tables.INLINE, Key.of(owner.id()), maxItems, marker, Names::second);
  }

  /** DeleteUserPolicy, DeleteRolePolicy. */
  public void delete(String ownerName, String policyName) {
    registry.call(
        tx -> {
          Owner owner = owners.apply(tx, ownerName);
          require(tx, owner, policyName);
          tx.delete(Tables.INLINE, Key.of(owner.id(), policyName));
          changes.tell(tx, owner.id());
          return policyName;
        });
  }

  private static byte[] require(Rows rows, Owner owner, String policyName) {
    byte[] document = rows.get(Tables.INLINE, Key.of(owner.id(), policyName));
    if (document == null) {
      throw Refused.noSuch(owner.kind().word() + " policy", policyName);
    }
    return document;
  }

  private static List<Rows.Row> inline(Rows rows, Owner owner) {
    return rows.scan(Tables.INLINE, Key.of(owner.id()), null, CHUNK);
  }

  /** All that hold for an owner: its own, then the attached ones. */
  List<NamedPolicy> inForce(Rows rows, Owner owner) {
    List<NamedPolicy> all = new ArrayList<>();
    for (Rows.Row row : inline(rows, owner)) {
      String name = owner.own(Names.second(row));
      all.add(new NamedPolicy(name, "inline", PolicyDocument.parse(Names.text(row.value()))));
    }
    for (Rows.Row row : rows.scan(Tables.OWNER_POLICY, Key.of(owner.id()), null, CHUNK)) {
      all.add(policies.inForce(rows, Names.second(row)));
    }
    return all;
  }

  /** Refuses with DeleteConflict while an owner has any. */
  static void requireNone(Tx tx, Owner owner) {
    if (!inline(tx, owner).isEmpty()) {
      throw Refused.conflict("Cannot delete entity, must delete policies first.");
    }
    if (!tx.scan(Tables.OWNER_POLICY, Key.of(owner.id()), null, 1).isEmpty()) {
      throw Refused.conflict("Cannot delete entity, must detach all policies first.");
    }
  }
}
