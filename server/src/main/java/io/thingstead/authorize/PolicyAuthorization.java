package io.thingstead.authorize;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
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
    List<String> attributes = new ArrayList<>();
    if (persistent) {
      attributes.add("PersistentConnect");
    }
    if (willTopic != null) {
      attributes.add("LastWill");
    }
    List<String> will =
        willTopic == null ? List.of() : List.of(context.account().arn("topic/" + willTopic));
    Function<String, List<String>> facts =
        name ->
            switch (name) {
              case "iot:connectattributes" -> attributes;
              case "iot:lastwilltopic" -> will;
              default -> fact(name);
            };
    PolicyGroup group = standing().policies();
    return group.decisionClass(group.compiled(), facts);
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
    PolicyGroup group = standing().policies();
    return group
        .decisionClass(
            group.compiled(),
            name -> {
              List<String> given = own.get(name);
              return given == null ? fact(name) : given;
            })
        .decide(action, resourceArn);
  }

  private Decision inactive() {
    return new Decision.Denied(true, "certificate " + subject.certificateId() + " is not active");
  }

  /** The decision and how it came about, a line each. A CONNECT is a clean one without a will. */
  List<String> explain(String action, String arn) {
    boolean connect = action.equalsIgnoreCase("iot:Connect");
    DecisionClass decisions = connect ? connectDecisions(false, null) : decisions();
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
    return lines;
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
    Current now =
        new Current(stamp, compiled.usesTime(), group.decisionClass(compiled, this::fact));
    current = now;
    return now.decisions;
  }

  /** What a policy variable is worth on this connection. */
  List<String> fact(String name) {
    ConnectedThing speaksFor = standing().thing();
    return switch (name) {
      case "iot:clientid" -> some(context.clientId());
      case "aws:sourceip" -> some(address());
      case "iot:domainname" -> some(context.domainName());
      case "aws:currenttime" -> List.of(now().toString());
      case "aws:epochtime" -> List.of(Long.toString(now().getEpochSecond()));
      case "iot:connection.thing.isattached" ->
          context.clientId().isEmpty() ? List.of() : List.of(String.valueOf(speaksFor != null));
      case "iot:connection.thing.thingname" ->
          speaksFor == null ? List.of() : List.of(speaksFor.name());
      case "iot:connection.thing.thingtypename" ->
          speaksFor == null ? List.of() : some(speaksFor.typeName());
      default -> {
        if (CertificateFields.isField(name)) {
          yield CertificateFields.values(subject.certificate(), name);
        }
        String attribute = attribute(name);
        yield speaksFor == null || attribute == null
            ? List.of()
            : some(speaksFor.attributes().get(attribute));
      }
    };
  }

  private Instant now() {
    return clock.instant().truncatedTo(java.time.temporal.ChronoUnit.SECONDS);
  }

  private String address() {
    String text = context.sourceIp().getHostAddress();
    int scope = text.indexOf('%');
    return scope < 0 ? text : text.substring(0, scope);
  }

  private static @Nullable String attribute(String name) {
    String prefix = "iot:connection.thing.attributes[";
    return name.startsWith(prefix) && name.endsWith("]")
        ? name.substring(prefix.length(), name.length() - 1)
        : null;
  }

  private static List<String> some(@Nullable String value) {
    return value == null || value.isEmpty() ? List.of() : List.of(value);
  }
}
