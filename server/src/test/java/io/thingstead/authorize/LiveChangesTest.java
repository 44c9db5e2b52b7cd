package io.thingstead.authorize;

import static io.thingstead.authorize.Fixture.ARN;
import static io.thingstead.authorize.Fixture.allow;
import static io.thingstead.authorize.Fixture.document;
import static io.thingstead.authorize.Fixture.statement;
import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.identity.CertificateStatus;
import io.thingstead.identity.Certificates;
import io.thingstead.identity.IssuedKeys;
import io.thingstead.identity.KeyPairs;
import io.thingstead.identity.MasterKey;
import io.thingstead.identity.Principal;
import io.thingstead.model.ApiException;
import io.thingstead.model.Limits;
import io.thingstead.registry.GroupMembers;
import io.thingstead.registry.GroupProperties;
import io.thingstead.registry.PrincipalType;
import io.thingstead.registry.ThingGroups;
import io.thingstead.registry.ThingPrincipals;
import io.thingstead.registry.Things;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections that live through changes against connections made anew after each. */
class LiveChangesTest {
  private static final List<String> TOPICS = List.of("a", "b", "t1", "t2", "north");

  private static final String TOP = ARN + "thinggroup/top";
  private static final String LOW = ARN + "thinggroup/low";

  private final Fixture fixture = new Fixture();
  private final Random random = new Random(5);

  @Test
  void liveConnectionDecidesAsANewOneAfterEveryChange() {
    for (int i = 0; i < 4; i++) {
      fixture.policies.create("p" + i, randomDocument());
    }
    ThingGroups groups = fixture.thingGroups;
    groups.create("top", null, GroupProperties.NONE, Map.of());
    groups.create("low", "top", GroupProperties.NONE, Map.of());
    Map<String, Authorization> live = new HashMap<>();
    for (String client : List.of("t1", "t2", "x")) {
      for (String certificate : List.of("c1", "c2")) {
        live.put(client + " " + certificate, fixture.connect(client, certificate));
      }
    }
    Map<String, List<Boolean>> seen = new HashMap<>();
    Map<String, Integer> stamps = new HashMap<>();
    int changes = 0;
    for (int step = 0; step < 600; step++) {
      change();
      for (Map.Entry<String, Authorization> entry : live.entrySet()) {
        String[] names = entry.getKey().split(" ", -1);
        List<Boolean> expected = answers(freshAuthorizer(names[0], names[1]));
        Authorization connection = entry.getValue();
        assertThat(answers(connection))
            .as("step %d of %s", step, entry.getKey())
            .isEqualTo(expected);
        List<Boolean> before = seen.put(entry.getKey(), expected);
        Integer stampBefore = stamps.put(entry.getKey(), connection.stamp());
        if (before != null && !before.equals(expected)) {
          changes++;
          assertThat(connection.stamp()).as("stamp at step %d", step).isNotEqualTo(stampBefore);
        }
      }
    }
    assertThat(changes).isGreaterThan(100);
  }

  private void change() {
    String policy = "p" + random.nextInt(4);
    String certificate = "c" + (1 + random.nextInt(2));
    String target = ARN + "cert/" + certificate;
    switch (random.nextInt(9)) {
      case 0 -> fixture.policies.attach(policy, target);
      case 1 -> fixture.policies.detach(policy, target);
      case 2 -> {
        if (fixture.policies.versions(policy).size() == 5) {
          String last =
              fixture.policies.versions(policy).stream()
                  .filter(version -> !version.isDefault())
                  .findFirst()
                  .orElseThrow()
                  .versionId();
          fixture.policies.deleteVersion(policy, last);
        }
        fixture.policies.createVersion(policy, randomDocument(), random.nextBoolean());
      }
      case 3 -> {
        List<PolicyVersion> versions = fixture.policies.versions(policy);
        fixture.policies.setDefaultVersion(
            policy, versions.get(random.nextInt(versions.size())).versionId());
      }
      case 4 -> {
        String name = "t" + (1 + random.nextInt(2));
        if (random.nextBoolean()) {
          fixture.things.put(
              name,
              new ConnectedThing(
                  name, null, Map.of("site", random.nextBoolean() ? "north" : "south"), false));
        } else {
          fixture.things.remove(name);
        }
        fixture.authorizer.changed(ARN + "cert/c1");
        fixture.authorizer.changed(ARN + "cert/c2");
      }
      case 5, 6 -> attachToAGroup(policy);
      case 7 -> {
        String thing = "t" + (1 + random.nextInt(2));
        fixture.groups.put(
            thing,
            List.of(List.<String>of(), List.of(TOP), List.of(LOW, TOP)).get(random.nextInt(3)));
        fixture.authorizer.changed(ARN + "cert/c1");
        fixture.authorizer.changed(ARN + "cert/c2");
      }
      default -> {
        boolean active = fixture.inactive.remove(certificate);
        if (!active) {
          fixture.inactive.add(certificate);
        }
        fixture.authorizer.changed(target, active);
      }
    }
  }

  private void attachToAGroup(String policy) {
    String group = random.nextBoolean() ? TOP : LOW;
    List<String> attached = fixture.policies.attachedTo(group);
    if (attached.size() == 2) {
      fixture.policies.detach(attached.getFirst(), group);
    }
    fixture.policies.attach(policy, group);
  }

  private String randomDocument() {
    List<String> statements = new ArrayList<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      statements.add(
          statement(
              random.nextInt(3) == 0 ? "Deny" : "Allow",
              List.of("*", "Publish", "Receive").get(random.nextInt(3)),
              "ARN/topic/"
                  + List.of(
                          "a",
                          "?",
                          "${iot:ClientId}",
                          "${iot:Connection.Thing.ThingName}",
                          "${iot:Connection.Thing.Attributes[site]}")
                      .get(random.nextInt(5))));
    }
    return document(statements.toArray(String[]::new));
  }

  private Authorization freshAuthorizer(String client, String certificate) {
    return new Authorizer(
            fixture.account,
            // Over the same rows, but not told of changes.
            new Policies(
                fixture.account,
                fixture.registry,
                (_, _) -> true,
                Limits.DEFAULT.policies(),
                random),
            new Lookups(
                id -> !fixture.inactive.contains(id),
                _ -> fixture.certificate,
                (_, name) -> java.util.Optional.ofNullable(fixture.things.get(name)),
                name -> fixture.groups.getOrDefault(name, List.of())),
            fixture.simulation.clock())
        .authorize(
            fixture.context(
                new Principal.Certificate(certificate, ARN + "cert/" + certificate, true),
                client,
                false));
  }

  private static List<Boolean> answers(Authorization authorization) {
    List<Boolean> answers = new ArrayList<>();
    for (String topic : TOPICS) {
      answers.add(authorization.publish(topic).allowed());
      answers.add(authorization.receive(topic).allowed());
    }
    answers.add(authorization.live());
    return answers;
  }

  @Test
  void realIdentityAndRegistryReachLiveConnections(@TempDir Path directory) throws Exception {
    SecureRandom secure = new SecureRandom();
    Certificates certificates =
        new Certificates(
            fixture.account,
            fixture.registry,
            MasterKey.open(directory.resolve("master.key"), secure),
            new KeyPairs(secure, 1),
            fixture.simulation.clock(),
            secure);
    ThingPrincipals principals = new ThingPrincipals(fixture.registry, (_, _) -> true);
    Things things = new Things(fixture.account, fixture.registry, principals, random);
    GroupMembers members = new GroupMembers(fixture.registry, principals);
    ThingGroups groups = new ThingGroups(fixture.account, fixture.registry, members, random);
    Policies policies =
        new Policies(
            fixture.account,
            fixture.registry,
            (tx, target) -> Certificates.exists(tx, target.substring(target.indexOf('/') + 1)),
            Limits.DEFAULT.policies(),
            random);
    Authorizer authorizer =
        new Authorizer(
            fixture.account,
            policies,
            Lookups.of(certificates, things, principals, groups, fixture.registry),
            fixture.simulation.clock());
    certificates.guardedByPolicies(policies);
    certificates.onChange(authorizer);
    principals.onChange(authorizer::changed);
    groups.detachingFrom(policies);

    IssuedKeys keys = certificates.createKeysAndCertificate(true);
    String arn = keys.certificate().certificateArn();
    String id = arn.substring(arn.indexOf('/') + 1);
    policies.create(
        "p",
        document(
            allow("Publish", "ARN/topic/${iot:Connection.Thing.Attributes[site]}"),
            allow("Receive", "ARN/topic/${iot:Certificate.Issuer.CommonName.List}")));
    policies.attach("p", arn);
    Authorization client =
        authorizer.authorize(
            fixture.context(new Principal.Certificate(id, arn, true), "t1", false));
    AtomicInteger drops = new AtomicInteger();
    client.onRevoked(drops::incrementAndGet);

    assertThat(client.publish("north").allowed()).isFalse();
    things.create("t1", null, Map.of("site", "north"));
    principals.attach("t1", arn, PrincipalType.NON_EXCLUSIVE_THING);
    assertThat(client.publish("north").allowed()).isTrue();
    certificates.update(id, CertificateStatus.INACTIVE);
    assertThat(drops).hasValue(1);
    assertThat(client.publish("north").allowed()).isFalse();
    certificates.update(id, CertificateStatus.ACTIVE);
    assertThat(client.publish("north").allowed()).isTrue();
    principals.detach("t1", arn);
    assertThat(client.publish("north").allowed()).isFalse();
    principals.attach("t1", arn, PrincipalType.NON_EXCLUSIVE_THING);

    policies.create("of-groups", document(allow("Publish", "ARN/topic/grouped")));
    groups.create("top", null, GroupProperties.NONE, Map.of());
    groups.create("low", "top", GroupProperties.NONE, Map.of());
    members.add("low", "t1");
    policies.attach("of-groups", ARN + "thinggroup/top");
    assertThat(client.publish("grouped").allowed()).isTrue();
    assertThat(client.publish("north").allowed()).isTrue();
    members.remove("low", "t1");
    assertThat(client.publish("grouped").allowed()).isFalse();
    members.add("top", "t1");
    assertThat(client.publish("grouped").allowed()).isTrue();
    policies.detach("of-groups", ARN + "thinggroup/top");
    assertThat(client.publish("grouped").allowed()).isFalse();
    policies.attach("of-groups", ARN + "thinggroup/top");
    principals.detach("t1", arn);
    assertThat(client.publish("grouped").allowed()).isFalse();
    principals.attach("t1", arn, PrincipalType.NON_EXCLUSIVE_THING);
    assertThat(client.publish("grouped").allowed()).isTrue();
    groups.delete("low", null);
    groups.delete("top", null);
    assertThat(client.publish("grouped").allowed()).isFalse();
    policies.delete("of-groups");
    certificates.update(id, CertificateStatus.REVOKED);
    assertThat(drops).hasValue(2);
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> certificates.delete(id, false))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("policies are attached");
    certificates.delete(id, true);
    assertThat(drops).hasValue(3);
    policies.delete("p");
  }
}
