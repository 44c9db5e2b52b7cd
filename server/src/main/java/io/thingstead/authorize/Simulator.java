package io.thingstead.authorize;

import io.thingstead.account.Account;
import io.thingstead.identity.Principal;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.policy.BoundPolicies;
import io.thingstead.model.policy.Effect;
import io.thingstead.model.policy.PolicySet;
import io.thingstead.model.policy.Ruling.Outcome;
import io.thingstead.model.policy.Verdict;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Answers what a principal might do, without a connection and without any effect: by the same
 * policies, variables and evaluation as the gateway. Reads the disk: for virtual threads.
 */
public final class Simulator {
  private final Account account;
  private final Policies policies;
  private final Lookups lookups;
  private final InstantSource clock;

  Simulator(Account account, Policies policies, Lookups lookups, InstantSource clock) {
    this.account = account;
    this.policies = policies;
    this.lookups = lookups;
    this.clock = clock;
  }

  /**
   * Who asks.
   *
   * @param principal a certificate's or thing group's ARN, an identity's id or an anonymous
   *     principal's name; null for nobody, who has only the policies that are added
   * @param identityPool the pool of an identity, or null
   * @param clientId what it connects as, or empty
   * @param adding names of policies as if they were attached
   * @param skipping names of policies as if they were not
   */
  public record Caller(
      @Nullable String principal,
      @Nullable String identityPool,
      String clientId,
      List<String> adding,
      List<String> skipping) {
    public Caller {
      adding = List.copyOf(adding);
      skipping = List.copyOf(skipping);
    }
  }

  /**
   * What became of an action on some resources.
   *
   * @param outcome allowed if all are, else the worst
   * @param allowing names of policies that allow it for one of them
   * @param silent names of policies that say nothing of any
   * @param denying names of policies that deny it for one of them
   * @param missing variables without a value in statements that speak of the action
   */
  public record Tested(
      Outcome outcome,
      List<String> allowing,
      List<String> silent,
      List<String> denying,
      List<String> missing) {}

  /**
   * TestAuthorization. What it is not told (address, host name, session and will) has no value.
   *
   * @param action such as {@code iot:Publish}
   * @param resources ARNs
   * @throws ApiException ResourceNotFound for the principal, or a policy to add
   */
  public Tested test(Caller caller, String action, List<String> resources) {
    String principal = caller.principal();
    Known known = principal == null ? Known.NOBODY : known(principal, caller.clientId());
    Set<String> names = new LinkedHashSet<>(known.policies());
    caller.adding().forEach(name -> names.add(policies.get(name).name()));
    caller.skipping().forEach(names::remove);
    PolicySet set = PolicySet.of(policies.inForce(List.copyOf(names)));
    BoundPolicies bound = set.bind(facts(caller, known, action));
    Map<String, Effect> said = new LinkedHashMap<>();
    Outcome outcome = Outcome.ALLOWED;
    for (String resource : resources) {
      outcome = worse(outcome, outcome(bound.decide(action, resource)));
      bound
          .effects(action, resource)
          .forEach((name, effect) -> said.merge(name, effect, Effect::stronger));
    }
    return new Tested(
        known.active() ? outcome : Outcome.EXPLICIT_DENY,
        that(said, Effect.ALLOW),
        set.names().stream().filter(name -> !said.containsKey(name)).toList(),
        that(said, Effect.DENY),
        bound.unresolved(action));
  }

  private static List<String> that(Map<String, Effect> said, Effect effect) {
    return said.entrySet().stream()
        .filter(each -> each.getValue() == effect)
        .map(Map.Entry::getKey)
        .toList();
  }

  private static Outcome outcome(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Allowed _ -> Outcome.ALLOWED;
      case Verdict.Denied _ -> Outcome.EXPLICIT_DENY;
      case Verdict.Unmentioned _ -> Outcome.IMPLICIT_DENY;
    };
  }

  private static Outcome worse(Outcome one, Outcome other) {
    if (one == Outcome.EXPLICIT_DENY || other == Outcome.ALLOWED) {
      return one;
    }
    return other;
  }

  private Function<String, List<String>> facts(Caller caller, Known known, String action) {
    ConnectionContext context =
        new ConnectionContext(
            account,
            new Principal.Anonymous(String.valueOf(caller.principal())),
            caller.clientId(),
            InetAddress.getLoopbackAddress(),
            "");
    String id = known.certificateId();
    Facts facts =
        new Facts(
            context, known.thing(), id == null ? Map.of() : lookups.certificate().apply(id), clock);
    Function<String, List<String>> values =
        action.equalsIgnoreCase("iot:Connect") ? facts.connecting(false, null) : facts;
    return name ->
        switch (name) {
          case "aws:sourceip" -> List.of();
          case "cognito-identity.amazonaws.com:sub" -> identity(caller.principal());
          case "cognito-identity.amazonaws.com:aud" -> some(caller.identityPool());
          default -> values.apply(name);
        };
  }

  /** An identity's id is {@code REGION:UUID}; no other principal is named so. */
  private static List<String> identity(@Nullable String principal) {
    boolean is = principal != null && principal.indexOf(':') > 0 && !principal.startsWith("arn:");
    return is ? some(principal) : List.of();
  }

  private static List<String> some(@Nullable String value) {
    return value == null ? List.of() : List.of(value);
  }

  /** What the store says of a principal that speaks by a client id. */
  private record Known(
      List<String> policies,
      @Nullable String certificateId,
      @Nullable ConnectedThing thing,
      boolean active) {
    static final Known NOBODY = new Known(List.of(), null, null, true);
  }

  private Known known(String principal, String clientId) {
    policies.requireTarget(principal);
    if (principal.startsWith(account.arn("thinggroup/"))) {
      return new Known(policies.attachedAround(principal), null, null, true);
    }
    String prefix = account.arn("cert/");
    if (!principal.startsWith(prefix)) {
      return new Known(policies.attachedTo(principal), null, null, true);
    }
    String id = principal.substring(prefix.length());
    ConnectedThing thing =
        clientId.isEmpty() ? null : lookups.thing().apply(principal, clientId).orElse(null);
    List<String> names = new ArrayList<>(policies.attachedTo(principal));
    if (thing != null) {
      names.addAll(ofGroups(thing.name()));
    }
    return new Known(names, id, thing, lookups.active().test(id));
  }

  private List<String> ofGroups(String thing) {
    return lookups.groups().apply(thing).stream()
        .flatMap(group -> policies.attachedTo(group).stream())
        .toList();
  }

  /**
   * GetEffectivePolicies: those that hold when the principal connects as the thing.
   *
   * @param principal as for {@link Caller}, or null for those of the thing's groups alone
   * @param thingName null for those of the principal alone
   * @throws ApiException ResourceNotFound; InvalidRequest when neither is given
   */
  public List<Policy> effective(@Nullable String principal, @Nullable String thingName) {
    Set<String> names = new LinkedHashSet<>();
    if (principal != null) {
      names.addAll(known(principal, thingName == null ? "" : thingName).policies());
    } else if (thingName != null) {
      names.addAll(ofGroups(thingName));
    } else {
      throw new ApiException(
          AwsError.INVALID_REQUEST,
          "name a principal, a thing, or both: whose policies are asked?");
    }
    return names.stream().map(policies::get).toList();
  }
}
