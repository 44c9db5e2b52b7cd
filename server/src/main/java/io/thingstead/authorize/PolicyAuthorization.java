package io.thingstead.authorize;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One connection under the policies of its principal. */
final class PolicyAuthorization implements Authorization {
  private final ConnectionContext context;
  private final Subject subject;
  private final InstantSource clock;
  private volatile @Nullable Standing standing;
  private volatile @Nullable Runnable listener;
  private volatile @Nullable Current current;

  /** The class of decisions as of a stamp. */
  private record Current(int stamp, boolean usesTime, DecisionClass decisions) {}

  PolicyAuthorization(ConnectionContext context, Subject subject, InstantSource clock) {
    this.context = context;
    this.subject = subject;
    this.clock = clock;
  }

  String clientId() {
    return context.clientId();
  }

  void stands(Standing now) {
    standing = now;
  }

  /** Known from when {@link Subject#add} has taken it in. */
  Standing standing() {
    return Objects.requireNonNull(standing);
  }

  @Override
  public @Nullable ConnectedThing thing() {
    return standing().thing();
  }

  @Override
  public int stamp() {
    // Both count on one counter, so each change makes the larger one larger still.
    return Math.max(subject.version(), standing().policies().version());
  }

  @Override
  public boolean live() {
    return subject.active();
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
    subject.remove(this);
  }

  void revoked() {
    Runnable connection = listener;
    if (connection != null) {
      connection.run();
    }
  }

  @Override
  public Decision connect(boolean persistent, @Nullable String willTopic) {
    if (!live()) {
      return inactive();
    }
    return connectDecisions(persistent, willTopic)
        .decide("iot:Connect", context.account().arn("client/" + context.clientId()));
  }

  private DecisionClass connectDecisions(boolean persistent, @Nullable String willTopic) {
    PolicyGroup group = standing().policies();
    return group.decisionClass(group.compiled(), facts().connecting(persistent, willTopic));
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
    return live() ? decisions().decide(access, name) : inactive();
  }

  @Override
  public Decision decide(String action, String resourceArn) {
    return live() ? decisions().decide(action, resourceArn) : inactive();
  }

  @Override
  public Decision decide(String action, String resourceArn, Map<String, String> facts) {
    if (!live()) {
      return inactive();
    }
    Map<String, List<String>> own = new HashMap<>();
    facts.forEach((name, value) -> own.put(name.toLowerCase(Locale.ROOT), List.of(value)));
    Facts known = facts();
    PolicyGroup group = standing().policies();
    return group
        .decisionClass(
            group.compiled(),
            name -> {
              List<String> given = own.get(name);
              return given == null ? known.apply(name) : given;
            })
        .decide(action, resourceArn);
  }

  Decision inactive() {
    return new Decision.Denied(true, "certificate " + subject.certificateId() + " is not active");
  }

  /** The decision and how it came about, a line each. */
  Why.Explained explain(Why.Question question) {
    String action = question.actionName();
    String arn = question.resourceArn(context.account());
    DecisionClass decisions =
        action.equalsIgnoreCase("iot:Connect")
            ? connectDecisions(question.persistent(), question.willTopic())
            : decisions();
    Decision decision = live() ? decisions.decide(action, arn) : inactive();
    List<String> lines = new ArrayList<>();
    lines.add(
        switch (decision) {
          case Decision.Allowed(var by) -> "allowed: " + by + " allows " + action + " on " + arn;
          case Decision.Denied(_, var why) -> "denied: " + why.text();
        });
    lines.add("principal: " + subject.target());
    lines.add(
        "policies: "
            + decisions.policies().set().policies().stream()
                .map(
                    policy ->
                        policy.name() + " version " + policy.version() + source(policy.name()))
                .toList());
    decisions.policies().variables().forEach((name, value) -> lines.add(name + " " + value));
    lines.addAll(decisions.policies().explain(action, arn));
    return new Why.Explained(subject.target(), decisions.ruling(action, arn), lines);
  }

  private String source(String policyName) {
    String group = subject.source(policyName, standing());
    return group == null ? "" : " of thing group " + group.substring(group.indexOf('/') + 1);
  }

  DecisionClass decisions() {
    // The stamp is read first: what is read after it is at least as new.
    int stamp = stamp();
    Current known = current;
    if (known != null && known.stamp == stamp && !known.usesTime) {
      return known.decisions;
    }
    PolicyGroup group = standing().policies();
    PolicyGroup.Compiled compiled = group.compiled();
    Current now = new Current(stamp, compiled.usesTime(), group.decisionClass(compiled, facts()));
    current = now;
    return now.decisions;
  }

  void loadCertificate() {
    subject.loadCertificate();
  }

  Facts facts() {
    return new Facts(context, standing().thing(), subject.certificate(), clock);
  }
}
