package io.thingstead.authorize;

import io.thingstead.model.policy.NamedPolicy;
import io.thingstead.model.policy.PolicySet;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One connection or call under policies that a custom authorizer has given for it alone. They hold
 * until they are renewed; stored policies have no part in it.
 */
public final class VouchedAuthorization implements Authorization {
  private final ConnectionContext context;
  private final InstantSource clock;
  private final @Nullable PolicyAuthorization device;
  private volatile Current current;

  private record Current(
      int stamp, PolicySet policies, boolean usesTime, DecisionClass decisions) {}

  public VouchedAuthorization(
      ConnectionContext context, List<NamedPolicy> policies, InstantSource clock) {
    this(context, policies, clock, null);
  }

  /**
   * @param device the certificate that the caller has shown as well: while it is not active nothing
   *     is allowed, and policies can use its variables and those of its thing; or null
   */
  VouchedAuthorization(
      ConnectionContext context,
      List<NamedPolicy> policies,
      InstantSource clock,
      @Nullable PolicyAuthorization device) {
    this.context = context;
    this.clock = clock;
    this.device = device;
    this.current = compiled(0, policies);
  }

  private Current compiled(int stamp, List<NamedPolicy> documents) {
    PolicySet policies = PolicySet.of(documents);
    return new Current(
        stamp,
        policies,
        policies.uses("aws:CurrentTime") || policies.uses("aws:EpochTime"),
        bound(policies, this::fact));
  }

  private DecisionClass bound(PolicySet policies, Function<String, List<String>> facts) {
    return new DecisionClass(context.account(), policies.bind(facts));
  }

  /** The authorizer was asked again: decides by these from now on. */
  public synchronized void renew(List<NamedPolicy> policies) {
    current = compiled(current.stamp + 1, policies);
  }

  private List<String> fact(String name) {
    return device == null
        ? ConnectionFacts.of(context, null, clock, name)
        : device.facts().apply(name);
  }

  private Decision decide(Function<DecisionClass, Decision> question) {
    if (device != null && !device.live()) {
      return device.inactive();
    }
    Current now = current;
    // What is known of a device changes at any time.
    boolean asksAgain = now.usesTime || device != null;
    return question.apply(asksAgain ? bound(now.policies, this::fact) : now.decisions);
  }

  @Override
  public int stamp() {
    // Both only grow, so each change makes the sum larger.
    return current.stamp + (device == null ? 0 : device.stamp());
  }

  @Override
  public boolean live() {
    return device == null || device.live();
  }

  @Override
  public void onRevoked(Runnable listener) {
    if (device != null) {
      device.onRevoked(listener);
    } // else its connection ends by the clock
  }

  @Override
  public void over() {
    if (device != null) {
      device.over();
    }
  }

  @Override
  public @Nullable ConnectedThing thing() {
    return device == null ? null : device.thing();
  }

  @Override
  public Decision connect(boolean persistent, @Nullable String willTopic) {
    Map<String, List<String>> facts = new HashMap<>();
    List<String> attributes = new ArrayList<>();
    if (persistent) {
      attributes.add("PersistentConnect");
    }
    if (willTopic != null) {
      attributes.add("LastWill");
      facts.put("iot:lastwilltopic", List.of(context.account().arn("topic/" + willTopic)));
    }
    facts.put("iot:connectattributes", attributes);
    return decide("iot:Connect", context.account().arn("client/" + context.clientId()), facts::get);
  }

  private Decision decide(String action, String arn, Function<String, @Nullable List<String>> own) {
    if (device != null && !device.live()) {
      return device.inactive();
    }
    return bound(
            current.policies,
            name -> {
              List<String> given = own.apply(name);
              return given == null ? fact(name) : given;
            })
        .decide(action, arn);
  }

  @Override
  public Decision publish(String topic) {
    return decide(known -> known.decide(Access.PUBLISH, topic));
  }

  @Override
  public Decision retain(String topic) {
    return decide(known -> known.decide(Access.RETAIN, topic));
  }

  @Override
  public Decision subscribe(String filter) {
    return decide(known -> known.decide(Access.SUBSCRIBE, filter));
  }

  @Override
  public Decision receive(String topic) {
    return decide(known -> known.decide(Access.RECEIVE, topic));
  }

  @Override
  public Decision decide(String action, String resourceArn) {
    return decide(known -> known.decide(action, resourceArn));
  }

  @Override
  public Decision decide(String action, String resourceArn, Map<String, String> facts) {
    Map<String, List<String>> own = new HashMap<>();
    facts.forEach((name, value) -> own.put(name.toLowerCase(Locale.ROOT), List.of(value)));
    return decide(action, resourceArn, own::get);
  }
}
