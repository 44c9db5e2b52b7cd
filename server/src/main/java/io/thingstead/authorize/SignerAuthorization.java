package io.thingstead.authorize;

import io.thingstead.event.Reason;
import io.thingstead.identity.Principal;
import io.thingstead.model.policy.BoundPolicies;
import io.thingstead.model.policy.PolicySet;
import io.thingstead.model.policy.Ruling;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One connection or call under what its signer is granted. */
final class SignerAuthorization implements Authorization {
  /** What IoT policies bound of an authenticated identity (AWS IoT guide: "Authorization"). */
  private static final Set<String> UNDER_IOT_POLICIES =
      Set.of(
          "iot:connect",
          "iot:publish",
          "iot:retainpublish",
          "iot:subscribe",
          "iot:receive",
          "iot:getthingshadow",
          "iot:updatethingshadow",
          "iot:deletethingshadow");

  private static final String OWNED_THING = "thingstead:ownedthing";
  private static final int ARN_PARTS = 6;

  private final Signers signers;
  private final ConnectionContext context;
  private final Principal.AccessKey key;
  private volatile @Nullable Runnable listener;
  private volatile Current current;

  /** Reads the disk. */
  SignerAuthorization(Signers signers, ConnectionContext context, Principal.AccessKey key) {
    this.signers = signers;
    this.context = context;
    this.key = key;
    this.current = new Current(signers.nextStamp());
  }

  /** What holds at one time; {@code grants} is null when the key is no more. */
  private final class Current {
    private final int stamp;
    private final @Nullable Grants grants;
    private final @Nullable PolicySet iot;
    private final @Nullable ConnectedThing thing;
    private final Set<String> owned;
    private final boolean usesTime;
    private final DecisionCache cache = new DecisionCache();
    private final Map<String, List<BoundPolicies>> bound = new ConcurrentHashMap<>();

    Current(int stamp) {
      this.stamp = stamp;
      this.grants = signers.grants(key).orElse(null);
      this.iot =
          grants != null && grants.underIotPolicies() ? signers.iotPolicies(grants.owner()) : null;
      this.thing = grants == null ? null : signers.thing(grants.owner(), context.clientId());
      this.usesTime = uses("aws:CurrentTime") || uses("aws:EpochTime");
      this.owned = grants != null && uses(OWNED_THING) ? grants.owned().get() : Set.of();
    }

    private boolean uses(String variable) {
      return sets().stream().anyMatch(set -> set.uses(variable));
    }

    private List<PolicySet> sets() {
      List<PolicySet> sets = new ArrayList<>();
      if (grants != null) {
        grants.bounds().forEach(each -> sets.add(each.policies()));
      }
      if (iot != null) {
        sets.add(iot);
      }
      return sets;
    }

    /** The policies with the values they have when this thing of its own is named, or none. */
    private List<BoundPolicies> bound(String ownedThing) {
      return usesTime
          ? bind(name -> fact(this, ownedThing, name))
          : bound.computeIfAbsent(ownedThing, thing -> bind(name -> fact(this, thing, name)));
    }

    private List<BoundPolicies> bind(Function<String, List<String>> facts) {
      return sets().stream().map(set -> set.bind(facts)).toList();
    }

    /** The names of its own things among the parts of a resource, or one empty name. */
    private List<String> namedIn(String resource) {
      List<String> named = new ArrayList<>();
      if (!owned.isEmpty()) {
        String[] arn = resource.split(":", ARN_PARTS);
        for (String part : arn[arn.length - 1].split("/", -1)) {
          if (owned.contains(part) && !named.contains(part)) {
            named.add(part);
          }
        }
      }
      return named.isEmpty() ? List.of("") : named;
    }
  }

  /** Reads again what holds. The last to read sets it, so that it is never older. */
  synchronized void refresh() {
    current = new Current(signers.nextStamp());
  }

  /** Whether a change of this owner, by ARN or unique id, is its business. */
  boolean isOf(String owner) {
    Grants grants = current.grants;
    return grants != null && (grants.owner().equals(owner) || grants.ownerId().equals(owner));
  }

  boolean isUnderIotPolicies() {
    Grants grants = current.grants;
    return grants != null && grants.underIotPolicies();
  }

  @Override
  public int stamp() {
    return current.stamp;
  }

  @Override
  public boolean live() {
    return current.grants != null;
  }

  @Override
  public void onRevoked(Runnable connection) {
    listener = connection;
    if (!live()) {
      connection.run();
    }
  }

  @Override
  public void over() {
    signers.forget(this);
  }

  void revoked() {
    Runnable connection = listener;
    if (connection != null) {
      connection.run();
    }
  }

  @Override
  public @Nullable ConnectedThing thing() {
    return current.thing;
  }

  @Override
  public Decision connect(boolean persistent, @Nullable String willTopic) {
    List<String> attributes = new ArrayList<>();
    if (persistent) {
      attributes.add("PersistentConnect");
    }
    if (willTopic != null) {
      attributes.add("LastWill");
    }
    Map<String, List<String>> facts = new HashMap<>();
    facts.put("iot:connectattributes", attributes);
    if (willTopic != null) {
      facts.put("iot:lastwilltopic", List.of(context.account().arn("topic/" + willTopic)));
    }
    return decide(
        current, "iot:Connect", context.account().arn("client/" + context.clientId()), facts);
  }

  @Override
  public Decision publish(String topic) {
    return decide(Access.PUBLISH, topic);
  }

  @Override
  public Decision retain(String topic) {
    return decide(Access.RETAIN, topic);
  }

  @Override
  public Decision subscribe(String filter) {
    return decide(Access.SUBSCRIBE, filter);
  }

  @Override
  public Decision receive(String topic) {
    return decide(Access.RECEIVE, topic);
  }

  private Decision decide(Access access, String name) {
    Current now = current;
    Decision known = now.cache.get(access, name);
    if (known != null) {
      return known;
    }
    String arn = context.account().arn(access.resource(name));
    Decision decision = decide(now, access.action(), arn, Map.of());
    if (!now.usesTime) {
      now.cache.put(access, name, decision);
    }
    return decision;
  }

  @Override
  public Decision decide(String action, String resourceArn) {
    return decide(current, action, resourceArn, Map.of());
  }

  @Override
  public Decision decide(String action, String resourceArn, Map<String, String> facts) {
    Map<String, List<String>> own = new HashMap<>();
    facts.forEach((name, value) -> own.put(name.toLowerCase(Locale.ROOT), List.of(value)));
    return decide(current, action, resourceArn, own);
  }

  /** Of several things of its own that a resource names, one must do; a Deny for any denies. */
  private Decision decide(
      Current now, String action, String arn, Map<String, List<String>> callFacts) {
    Grants grants = now.grants;
    if (grants == null) {
      return new Decision.Denied(
          true, "the access key " + key.accessKeyId() + " is not active, or its owner is no more");
    }
    Decision last = null;
    for (String owned : now.namedIn(arn)) {
      List<BoundPolicies> bound =
          callFacts.isEmpty()
              ? now.bound(owned)
              : now.bind(
                  name -> {
                    List<String> given = callFacts.get(name);
                    return given == null ? fact(now, owned, name) : given;
                  });
      Decision decision = decide(grants, bound, action, arn);
      if (decision instanceof Decision.Denied denied && denied.explicit()) {
        return decision;
      }
      last = last == null || decision.allowed() ? decision : last;
    }
    return last == null ? new Decision.Denied(false, "nothing was asked") : last;
  }

  private Decision decide(Grants grants, List<BoundPolicies> bound, String action, String arn) {
    Decision answer = null;
    for (int i = 0; i < bound.size(); i++) {
      boolean iot = i == grants.bounds().size();
      if (iot && !UNDER_IOT_POLICIES.contains(action.toLowerCase(Locale.ROOT))) {
        continue;
      }
      BoundPolicies policies = bound.get(i);
      Decision decision =
          Verdicts.decision(policies.decide(action, arn), policies.set().names(), action, arn);
      String kind = iot ? "IoT policy of the identity" : grants.bounds().get(i).kind();
      if (decision instanceof Decision.Denied(var explicit, var why)) {
        Decision denied =
            new Decision.Denied(explicit, new Reason(kind + ": " + why, why.ruling()));
        if (explicit) {
          return denied;
        }
        answer = answer instanceof Decision.Denied ? answer : denied;
      } else if (answer == null) {
        answer = decision;
      }
    }
    return answer == null
        ? new Decision.Denied(false, grants.caller() + " is granted nothing")
        : answer;
  }

  /** The decision and how it came about, a line each. */
  Why.Explained explain(Why.Question question) {
    String action = question.actionName();
    String arn = question.resourceArn(context.account());
    Current now = current;
    Grants grants = now.grants;
    Decision decision =
        action.equalsIgnoreCase("iot:Connect")
            ? connect(question.persistent(), question.willTopic())
            : decide(action, arn);
    List<String> lines = new ArrayList<>();
    Ruling ruling = null;
    switch (decision) {
      case Decision.Allowed(var by) ->
          lines.add("allowed: " + by + " allows " + action + " on " + arn);
      case Decision.Denied(_, var why) -> {
        lines.add("denied: " + why.text());
        ruling = why.ruling();
      }
    }
    String caller = grants == null ? key.arn() : grants.caller();
    lines.add("principal: " + caller);
    List<BoundPolicies> bound = now.bound(now.namedIn(arn).getFirst());
    for (BoundPolicies each : bound) {
      lines.add("policies: " + each.set().names());
      each.variables().forEach((name, value) -> lines.add(name + " " + value));
      lines.addAll(each.explain(action, arn));
      if (ruling == null) {
        ruling = Ruling.of(each.decide(action, arn), each.set().names(), action, arn);
      }
    }
    if (ruling == null) {
      ruling =
          new Ruling(
              Ruling.Outcome.IMPLICIT_DENY, action, arn, null, List.of(), Map.of(), List.of());
    }
    return new Why.Explained(caller, ruling, lines);
  }

  private List<String> fact(Current now, String owned, String name) {
    if (name.equals(OWNED_THING)) {
      return some(owned);
    }
    Grants grants = now.grants;
    List<String> granted = grants == null ? null : grants.facts().get(name);
    return granted == null
        ? ConnectionFacts.of(context, now.thing, signers.clock(), name)
        : granted;
  }

  private static List<String> some(String value) {
    return value.isEmpty() ? List.of() : List.of(value);
  }
}
