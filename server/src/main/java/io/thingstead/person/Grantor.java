package io.thingstead.person;

import io.thingstead.account.Account;
import io.thingstead.authorize.Grants;
import io.thingstead.authorize.Grants.Bound;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Rows;
import io.thingstead.identity.Principal;
import io.thingstead.identity.Session;
import io.thingstead.model.policy.NamedPolicy;
import io.thingstead.model.policy.PolicyDocument;
import io.thingstead.model.policy.PolicySet;
import io.thingstead.registry.Attachment;
import io.thingstead.registry.ThingPrincipals;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the callers of one account are granted. Reads the disk; any thread may ask. */
final class Grantor {
  private static final int COMPILED_MAX = 10_000;

  private final Account account;
  private final AccountShard registry;
  private final Users users;
  private final UserKeys keys;
  private final Roles roles;
  private final Map<Owner.Kind, OwnerPolicies> policies;
  private final ThingPrincipals things;
  private final Changes changes;
  private final Map<String, Compiled> compiled = new ConcurrentHashMap<>();

  /** An owner's policies as of a version of all that is granted in the account. */
  private record Compiled(int version, PolicySet policies) {}

  Grantor(
      Account account,
      AccountShard registry,
      Users users,
      UserKeys keys,
      Roles roles,
      Map<Owner.Kind, OwnerPolicies> policies,
      ThingPrincipals things,
      Changes changes) {
    this.account = account;
    this.registry = registry;
    this.users = users;
    this.keys = keys;
    this.roles = roles;
    this.policies = policies;
    this.things = things;
    this.changes = changes;
  }

  /** Empty when the key, or its user or role, is no more. */
  Optional<Grants> of(Principal.AccessKey key) {
    Session session = key.session();
    Rows rows = registry.durable();
    if (session != null && session.of() == Session.Of.ROLE) {
      Role role = roles.byId(rows, session.ownerId());
      return role == null ? Optional.empty() : Optional.of(ofRole(key, session, role));
    }
    User user =
        session == null ? keys.userOf(key.accessKeyId()) : users.byId(rows, session.ownerId());
    return user == null ? Optional.empty() : Optional.of(ofUser(user, session));
  }

  private Grants ofUser(User user, @Nullable Session session) {
    Map<String, List<String>> facts = new HashMap<>();
    facts.put("aws:username", List.of(user.name()));
    facts.put("aws:userid", List.of(user.id()));
    common(facts, user.arn(), "User", user.tags());
    return grants(user.arn(), user.owner(), session, facts, user.arn());
  }

  private Grants ofRole(Principal.AccessKey key, Session session, Role role) {
    Map<String, List<String>> facts = new HashMap<>();
    facts.put("aws:userid", List.of(role.id() + ":" + session.name()));
    common(facts, role.arn(), "AssumedRole", role.tags());
    String owner = session.identityId().isEmpty() ? role.arn() : session.identityId();
    return grants(key.arn(), role.owner(), session, facts, owner);
  }

  private void common(
      Map<String, List<String>> facts, String arn, String type, Map<String, String> tags) {
    facts.put("aws:principalarn", List.of(arn));
    facts.put("aws:principalaccount", List.of(account.id().digits()));
    facts.put("aws:principaltype", List.of(type));
    tags.forEach((key, value) -> facts.put(tag(key), List.of(value)));
  }

  /** The variable that a tag of a caller is. */
  static String tag(String key) {
    return "aws:principaltag/" + key.toLowerCase(Locale.ROOT);
  }

  private Grants grants(
      String caller,
      Owner owner,
      @Nullable Session session,
      Map<String, List<String>> facts,
      String target) {
    List<Bound> bounds = new ArrayList<>();
    bounds.add(new Bound("identity-based policy", compiled(owner)));
    boolean underIotPolicies = false;
    if (session != null) {
      facts.putAll(session.facts());
      if (!session.policies().isEmpty()) {
        bounds.add(new Bound("session policy", ofSession(session)));
      }
      underIotPolicies = authenticated(session);
    }
    return new Grants(
        caller, bounds, facts, target, owner.id(), () -> owned(target), underIotPolicies);
  }

  private Set<String> owned(String target) {
    return things.attachments(target).stream()
        .map(Attachment::thingName)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** IoT policies bound an identity of a pool that has logged in (AWS IoT guide). */
  private static boolean authenticated(Session session) {
    return !session.identityId().isEmpty()
        && session
            .facts()
            .getOrDefault(Claims.COGNITO + ":amr", List.of())
            .contains("authenticated");
  }

  private PolicySet compiled(Owner owner) {
    // The version is read first: what is read after it is at least as new.
    int version = changes.version();
    Compiled known = compiled.get(owner.id());
    if (known != null && known.version == version) {
      return known.policies;
    }
    OwnerPolicies source = policies.get(owner.kind());
    PolicySet now =
        PolicySet.of(source == null ? List.of() : source.inForce(registry.durable(), owner));
    if (compiled.size() >= COMPILED_MAX) {
      compiled.clear();
    }
    compiled.put(owner.id(), new Compiled(version, now));
    return now;
  }

  private static PolicySet ofSession(Session session) {
    List<NamedPolicy> named = new ArrayList<>();
    for (String document : session.policies()) {
      named.add(
          new NamedPolicy(
              "session/" + session.name(),
              String.valueOf(named.size() + 1),
              PolicyDocument.parse(document)));
    }
    return PolicySet.of(named);
  }
}
