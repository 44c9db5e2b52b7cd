package io.thingstead.authorize;

import io.thingstead.account.Account;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.EngineSettings;
import io.thingstead.engine.ShardId;
import io.thingstead.engine.Simulation;
import io.thingstead.identity.Principal;
import io.thingstead.model.AccountId;
import io.thingstead.model.Limits;
import io.thingstead.model.Profile;
import io.thingstead.registry.GroupMembers;
import io.thingstead.registry.ThingGroups;
import io.thingstead.registry.ThingPrincipals;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Policies and their authorizer on a simulated engine; certificates and things are maps. */
final class Fixture {
  static final String ARN = "arn:aws:iot:us-east-1:000000000000:";
  static final String CERT = ARN + "cert/c1";

  final Account account =
      new Account(new AccountId("000000000000"), "us-east-1", Profile.THINGSTEAD);
  final Simulation simulation =
      new Simulation(
          1,
          new EngineSettings(1, 1024, 1024, 0, 0, Integer.MAX_VALUE),
          _ -> {},
          Simulation.UnaryStore.NONE);
  final AccountShard registry =
      simulation.engine().shard(new ShardId(ShardId.REGISTRY, 0)).account(account.id().number());

  final Set<String> inactive = new HashSet<>();
  final Map<String, ConnectedThing> things = new HashMap<>();
  final Map<String, List<String>> groups = new HashMap<>();
  final Map<String, List<String>> certificate = new HashMap<>();
  final Policies policies =
      new Policies(
          account,
          registry,
          (_, target) ->
              target.startsWith(ARN + "cert/c")
                  || target.startsWith("us-east-1:")
                  || target.equals("anonymous"),
          Limits.DEFAULT.policies(),
          simulation.random());
  final Authorizer authorizer =
      new Authorizer(
          account,
          policies,
          new Lookups(
              id -> !inactive.contains(id),
              _ -> certificate,
              (_, client) -> Optional.ofNullable(things.get(client)),
              thing -> groups.getOrDefault(thing, List.of())),
          simulation.clock());

  final ThingGroups thingGroups =
      new ThingGroups(
          account,
          registry,
          new GroupMembers(registry, new ThingPrincipals(registry, (_, _) -> true)),
          simulation.random());

  Fixture() {
    thingGroups.detachingFrom(policies);
  }

  static String document(String... statements) {
    return """
    {"Version":"2012-10-17","Statement":[%s]}\
    """
        .formatted(String.join(",", statements).replace('\'', '"').replace("ARN/", ARN));
  }

  static String statement(String effect, String action, String resource) {
    return "{'Effect':'%s','Action':'iot:%s','Resource':'%s'}".formatted(effect, action, resource);
  }

  static String allow(String action, String resource) {
    return statement("Allow", action, resource);
  }

  Authorization connect(String clientId) {
    return connect(clientId, "c1");
  }

  Authorization connect(String clientId, String certificateId) {
    return authorizer.authorize(
        context(
            new Principal.Certificate(certificateId, ARN + "cert/" + certificateId, true),
            clientId,
            false));
  }

  ConnectionContext context(Principal principal, String clientId, boolean development) {
    return new ConnectionContext(
        account,
        principal,
        clientId,
        InetAddress.ofLiteral("10.0.0.1"),
        "host.example",
        development);
  }

  /** Creates a policy and attaches it to certificate {@code c1}. */
  void attached(String name, String... statements) {
    policies.create(name, document(statements));
    policies.attach(name, CERT);
  }
}
