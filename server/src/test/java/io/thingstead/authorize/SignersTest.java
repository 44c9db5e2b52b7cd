package io.thingstead.authorize;

import static io.thingstead.authorize.Fixture.ARN;
import static io.thingstead.authorize.Fixture.allow;
import static io.thingstead.authorize.Fixture.document;
import static io.thingstead.authorize.Fixture.statement;
import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.identity.Principal;
import io.thingstead.model.policy.NamedPolicy;
import io.thingstead.model.policy.PolicyDocument;
import io.thingstead.model.policy.PolicySet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Callers who sign: how what they are granted comes together. */
class SignersTest {
  private static final String KEY_ID = "AKIAAAAAAAAAAAAAAAAA";
  private static final Principal.AccessKey KEY =
      new Principal.AccessKey(KEY_ID, "arn:aws:iam::000000000000:user/una", false);

  private final Fixture fixture = new Fixture();
  private final List<Grants.Bound> bounds = new ArrayList<>();
  private final Map<String, List<String>> facts = new HashMap<>();
  private Set<String> owned = Set.of();
  private boolean iot;
  private boolean gone;

  @BeforeEach
  void grant() {
    fixture.authorizer.grantedBy(
        _ ->
            gone
                ? Optional.empty()
                : Optional.of(
                    new Grants(KEY.arn(), bounds, facts, "owner", "AIDA", () -> owned, iot)));
  }

  private void bound(String kind, String... statements) {
    PolicyDocument document = PolicyDocument.parse(document(statements));
    bounds.add(
        new Grants.Bound(
            kind, PolicySet.of(List.of(new NamedPolicy(kind + "-policy", "1", document)))));
  }

  private Authorization connect(String clientId) {
    return fixture.authorizer.authorize(fixture.context(KEY, clientId, false));
  }

  private static String why(Decision decision) {
    return decision instanceof Decision.Denied denied ? denied.toString() : "allowed";
  }

  @Test
  void nothingIsGrantedWithoutAPolicy() {
    bound("user");
    assertThat(connect("c").publish("a").allowed()).isFalse();
  }

  @Test
  void everyBoundMustAllowAndTheRefusalNamesTheOneThatDoesNot() {
    bound("user", allow("Publish", "ARN/topic/*"));
    bound("session", allow("Publish", "ARN/topic/a/*"));
    Authorization client = connect("c");
    assertThat(client.publish("a/1").allowed()).isTrue();
    assertThat(client.publish("b/1").allowed()).isFalse();
    assertThat(why(client.publish("b/1"))).contains("session: ").contains("[session-policy]");
  }

  @Test
  void denialOfAnyBoundWins() {
    bound("user", allow("*", "ARN/*"), statement("Deny", "Publish", "ARN/topic/x"));
    bound("session", allow("*", "ARN/*"), statement("Deny", "Publish", "ARN/topic/y"));
    Authorization client = connect("c");
    assertThat(client.publish("z").allowed()).isTrue();
    for (String topic : List.of("x", "y")) {
      assertThat(client.publish(topic))
          .isInstanceOfSatisfying(
              Decision.Denied.class, denied -> assertThat(denied.explicit()).isTrue());
    }
  }

  @Test
  void ioTPoliciesOfAnIdentityBoundWhatTheyAreMeantFor() {
    iot = true;
    bound("role", allow("*", "*"));
    Authorization client = connect("c");
    assertThat(client.publish("a").allowed()).isFalse();
    assertThat(client.decide("iot:CreateThing", ARN + "thing/t").allowed()).isTrue();
    assertThat(client.decide("iot:GetThingShadow", ARN + "thing/t").allowed()).isFalse();
  }

  @Test
  void ownedThingStandsForEachThatAResourceNamesAndForNoOther() {
    owned = Set.of("lamp", "a:b");
    bound(
        "user",
        allow("Publish", "ARN/topic/dt/${thingstead:OwnedThing}/*"),
        allow("GetThingShadow", "ARN/thing/${thingstead:OwnedThing}"));
    Authorization client = connect("c");
    assertThat(client.publish("dt/lamp/t").allowed()).isTrue();
    assertThat(client.publish("dt/a:b/t").allowed()).isTrue();
    assertThat(client.decide("iot:GetThingShadow", ARN + "thing/a:b").allowed()).isTrue();
    assertThat(client.publish("dt/oven/t").allowed()).isFalse();
    // Its own thing's name elsewhere in the topic does not help.
    assertThat(client.publish("dt/oven/lamp").allowed()).isFalse();
    assertThat(client.publish("dt/lamp/oven").allowed()).isTrue();
    assertThat(client.decide("iot:ListThings", "*").allowed()).isFalse();
  }

  @Test
  void whySaysTheSameAndHowItCameAbout() {
    owned = Set.of("lamp");
    bound("user", allow("Publish", "ARN/topic/dt/${thingstead:OwnedThing}"));
    Why why = new Why(fixture.account, fixture.authorizer, _ -> List.of());
    assertThat(ask(why, "dt/lamp").lines())
        .anyMatch(line -> line.startsWith("allowed: statement 1 of policy user-policy"))
        .contains("principal: " + KEY.arn(), "${thingstead:OwnedThing} = lamp");
    Why.Explained refused = ask(why, "dt/oven");
    assertThat(refused.lines().getFirst())
        .isEqualTo("denied: " + text(connect("c").publish("dt/oven")));
    assertThat(refused.ruling().unresolved()).containsExactly("thingstead:OwnedThing");
    gone = true;
    assertThat(ask(why, "dt/lamp").lines().getFirst())
        .startsWith("denied: the access key " + KEY_ID + " is not active");
    assertThat(why.decisions(new Why.Question("c", KEY_ID.replace("AKIA", "ASIA"), "publish", "a")))
        .isEmpty();
  }

  private static Why.Explained ask(Why why, String topic) {
    return why.decisions(new Why.Question("c", KEY_ID, "publish", topic)).getFirst();
  }

  private static String text(Decision decision) {
    return decision instanceof Decision.Denied denied ? denied.why().text() : "";
  }

  @Test
  void denialForOneOfSeveralOwnedThingsDenies() {
    owned = Set.of("lamp", "oven");
    bound(
        "user",
        allow("Publish", "ARN/topic/*"),
        statement("Deny", "Publish", "ARN/topic/*/${thingstead:OwnedThing}/set"));
    Authorization client = connect("c");
    assertThat(client.publish("lamp/oven/set").allowed()).isFalse();
    assertThat(client.publish("oven/x/set").allowed()).isTrue();
  }

  @Test
  void changeIsFeltByThoseWhomItConcernsAndTheirStampChanges() {
    bound("user", allow("Publish", "ARN/topic/a"));
    Authorization client = connect("c");
    assertThat(client.publish("b").allowed()).isFalse();
    bound("more", allow("Publish", "ARN/topic/b"));
    bounds.removeFirst();
    int before = client.stamp();
    fixture.authorizer.grantsChanged("AIDA-of-somebody-else");
    assertThat(client.stamp()).isEqualTo(before);
    assertThat(client.publish("b").allowed()).isFalse();
    fixture.authorizer.grantsChanged("AIDA");
    assertThat(client.stamp()).isNotEqualTo(before);
    assertThat(client.publish("b").allowed()).isTrue();
    assertThat(client.publish("a").allowed()).isFalse();
  }

  @Test
  void connectionIsToldWhenItsKeyIsNoMore() {
    bound("user", allow("*", "*"));
    Authorization client = connect("c");
    Authorization over = connect("d");
    AtomicInteger told = new AtomicInteger();
    client.onRevoked(told::incrementAndGet);
    over.onRevoked(() -> told.addAndGet(100));
    over.over();
    gone = true;
    fixture.authorizer.grantsChanged("AIDA");
    assertThat(told).hasValue(1);
    assertThat(client.live()).isFalse();
    assertThat(client.publish("a").allowed()).isFalse();
  }

  @Test
  void factsOfTheCallerAreVariables() {
    facts.put("aws:username", List.of("una"));
    facts.put("aws:principaltag/fleet", List.of("blue"));
    bound(
        "user",
        allow("Connect", "ARN/client/${aws:username}"),
        allow("Publish", "ARN/topic/${aws:PrincipalTag/Fleet}/${iot:ClientId}"));
    Authorization client = connect("una");
    assertThat(client.connect(false, null).allowed()).isTrue();
    assertThat(client.publish("blue/una").allowed()).isTrue();
    assertThat(client.publish("green/una").allowed()).isFalse();
    assertThat(connect("ben").connect(false, null).allowed()).isFalse();
  }
}
