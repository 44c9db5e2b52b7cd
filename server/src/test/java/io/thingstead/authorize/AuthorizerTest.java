package io.thingstead.authorize;

import static io.thingstead.authorize.Fixture.ARN;
import static io.thingstead.authorize.Fixture.CERT;
import static io.thingstead.authorize.Fixture.allow;
import static io.thingstead.authorize.Fixture.document;
import static io.thingstead.authorize.Fixture.statement;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.event.Reason;
import io.thingstead.identity.Principal;
import io.thingstead.model.policy.Citation;
import io.thingstead.model.policy.Ruling;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AuthorizerTest {
  private final Fixture fixture = new Fixture();

  private static String why(Decision decision) {
    return switch (decision) {
      case Decision.Allowed(String by) -> by;
      case Decision.Denied(_, Reason why) -> why.text();
    };
  }

  private static Ruling ruling(Decision decision) {
    return Objects.requireNonNull(((Decision.Denied) decision).why().ruling());
  }

  @Test
  void refusalNamesPoliciesActionAndResource() {
    fixture.attached("p", allow("Publish", "ARN/topic/a"));
    Authorization client = fixture.connect("c1");
    assertThat(client.publish("a"))
        .isEqualTo(new Decision.Allowed("statement 1 of policy p version 1"));
    assertThat(why(client.publish("b")))
        .isEqualTo("no statement of policies [p] allows iot:Publish on " + ARN + "topic/b");
    assertThat(ruling(client.publish("b")))
        .isEqualTo(
            new Ruling(
                Ruling.Outcome.IMPLICIT_DENY,
                "iot:Publish",
                ARN + "topic/b",
                null,
                List.of("p"),
                Map.of(),
                List.of()));
    assertThat(client.subscribe("a").allowed()).isFalse();
    assertThat(why(fixture.connect("c1", "c2").receive("a")))
        .isEqualTo(
            "no statement of policies [] allows iot:Receive on "
                + ARN
                + "topic/a (none is attached)");
  }

  @Test
  void explicitDenialNamesStatementAndVariables() {
    fixture.attached(
        "p",
        allow("*", "*"),
        "{'Sid':'x','Effect':'Deny','Action':'iot:Publish','Resource':'ARN/topic/${iot:ClientId}'}");
    Decision decision = fixture.connect("c1").publish("c1");
    assertThat(why(decision))
        .isEqualTo(
            "statement 2 (Sid \"x\") of policy p version 1 denies iot:Publish on "
                + ARN
                + "topic/c1, ${iot:ClientId}=c1");
    assertThat(ruling(decision))
        .isEqualTo(
            new Ruling(
                Ruling.Outcome.EXPLICIT_DENY,
                "iot:Publish",
                ARN + "topic/c1",
                new Citation("p", "1", 2, "x"),
                List.of("p"),
                Map.of("iot:ClientId", "c1"),
                List.of()));
  }

  @Test
  void missingVariableIsNamed() {
    fixture.attached(
        "p",
        allow("Publish", "ARN/topic/${iot:Connection.Thing.ThingName}/*"),
        allow("Publish", "ARN/topic/own/${iot:ClientId}"));
    Decision decision = fixture.connect("c1").publish("c1/x");
    assertThat(why(decision)).endsWith(", without a value: ${iot:Connection.Thing.ThingName}");
    assertThat(ruling(decision).variables()).isEqualTo(Map.of("iot:ClientId", "c1"));
    assertThat(ruling(decision).unresolved()).containsExactly("iot:Connection.Thing.ThingName");
  }

  @Test
  void newDefaultVersionHoldsAtTheNextPacket() {
    // Fixture J of the spec.
    fixture.attached("p", allow("*", "*"));
    Authorization client = fixture.connect("c1");
    int before = client.stamp();
    assertThat(client.receive("device/update").allowed()).isTrue();
    fixture.policies.createVersion(
        "p",
        document(allow("*", "*"), statement("Deny", "Receive", "ARN/topic/device/update")),
        true);
    assertThat(client.stamp()).isNotEqualTo(before);
    assertThat(client.receive("device/update").allowed()).isFalse();
    assertThat(client.subscribe("device/update").allowed()).isTrue();
    fixture.policies.setDefaultVersion("p", "1");
    assertThat(client.receive("device/update").allowed()).isTrue();
  }

  @Test
  void versionThatIsNotTheDefaultChangesNothing() {
    fixture.attached("p", allow("*", "*"));
    Authorization client = fixture.connect("c1");
    int before = client.stamp();
    fixture.policies.createVersion("p", document(), false);
    assertThat(client.stamp()).isEqualTo(before);
    assertThat(client.publish("a").allowed()).isTrue();
  }

  @Test
  void attachingAndDetachingHoldAtTheNextPacket() {
    fixture.policies.create("p", document(allow("Publish", "*")));
    Authorization client = fixture.connect("c1");
    int before = client.stamp();
    assertThat(client.publish("a").allowed()).isFalse();
    fixture.policies.attach("p", CERT);
    int attached = client.stamp();
    assertThat(attached).isNotEqualTo(before);
    assertThat(client.publish("a").allowed()).isTrue();
    fixture.policies.detach("p", CERT);
    assertThat(client.stamp()).isNotIn(before, attached);
    assertThat(client.publish("a").allowed()).isFalse();
  }

  @Test
  void changesOfOthersLeaveTheStampAlone() {
    fixture.attached("p", allow("Publish", "*"));
    fixture.policies.create("q", document());
    Authorization client = fixture.connect("c1");
    Authorization other = fixture.connect("x", "c2");
    int before = client.stamp();
    int otherBefore = other.stamp();
    fixture.policies.attach("q", ARN + "cert/c2");
    fixture.policies.createVersion("q", document(allow("Publish", "*")), true);
    assertThat(client.stamp()).isEqualTo(before);
    assertThat(other.stamp()).isNotEqualTo(otherBefore);
    assertThat(other.publish("a").allowed()).isTrue();
  }

  @Test
  void revokedCertificateEndsItsConnections() {
    fixture.attached("p", allow("*", "*"));
    Authorization client = fixture.connect("c1");
    AtomicInteger drops = new AtomicInteger();
    client.onRevoked(drops::incrementAndGet);
    assertThat(client.live()).isTrue();
    fixture.inactive.add("c1");
    fixture.authorizer.changed(CERT, false);
    assertThat(drops).hasValue(1);
    assertThat(client.live()).isFalse();
    assertThat(client.publish("a"))
        .isEqualTo(new Decision.Denied(true, "certificate c1 is not active"));
    assertThat(client.connect(false, null).allowed()).isFalse();
    AtomicInteger late = new AtomicInteger();
    Authorization second = fixture.connect("c2");
    second.onRevoked(late::incrementAndGet);
    assertThat(late).hasValue(1);
    fixture.inactive.clear();
    fixture.authorizer.changed(CERT, true);
    assertThat(client.live()).isTrue();
    assertThat(client.publish("a").allowed()).isTrue();
  }

  @Test
  void changedThingHoldsAtTheNextPacket() {
    fixture.attached(
        "p",
        allow("Publish", "ARN/topic/${iot:Connection.Thing.Attributes[site]}/x"),
        allow("Receive", "ARN/topic/${iot:Connection.Thing.ThingTypeName}"));
    fixture.things.put("t1", new ConnectedThing("t1", "lamp", Map.of("site", "north"), false));
    Authorization client = fixture.connect("t1");
    assertThat(client.publish("north/x").allowed()).isTrue();
    assertThat(client.receive("lamp").allowed()).isTrue();
    fixture.things.put("t1", new ConnectedThing("t1", null, Map.of("site", "south"), false));
    fixture.authorizer.changed(CERT);
    assertThat(client.publish("north/x").allowed()).isFalse();
    assertThat(client.publish("south/x").allowed()).isTrue();
    assertThat(client.receive("lamp").allowed()).isFalse();
  }

  @Test
  void connectKnowsAttributesWillAndThing() {
    fixture.attached(
        "p",
        "{'Effect':'Allow','Action':'iot:Connect',"
            + "'Resource':'ARN/client/${iot:Connection.Thing.ThingName}','Condition':{"
            + "'Bool':{'iot:Connection.Thing.IsAttached':'true'},"
            + "'ForAllValues:StringEquals':{'iot:ConnectAttributes':['LastWill']},"
            + "'ArnEqualsIfExists':{'iot:LastWillTopic':'ARN/topic/will'}}}");
    fixture.things.put("t1", new ConnectedThing("t1", null, Map.of(), false));
    Authorization client = fixture.connect("t1");
    assertThat(client.connect(false, null).allowed()).isTrue();
    assertThat(client.connect(false, "will").allowed()).isTrue();
    assertThat(client.connect(false, "other").allowed()).isFalse();
    assertThat(client.connect(true, null).allowed()).isFalse();
    assertThat(fixture.connect("other").connect(false, null).allowed()).isFalse();
  }

  @Test
  void addressHostAndCertificateAreVariables() {
    fixture.certificate.put("subject.organization", List.of("A", "B"));
    fixture.attached(
        "p",
        allow(
            "Publish",
            "ARN/topic/${aws:SourceIp}/${iot:DomainName}/${iot:Certificate.Subject.Organization}/"
                + "${iot:Certificate.Subject.Organization.1}"),
        allow("Receive", "ARN/topic/${iot:Certificate.Subject.Organization.2}"));
    Authorization client = fixture.connect("c1");
    assertThat(client.publish("10.0.0.1/host.example/A/B").allowed()).isTrue();
    assertThat(client.receive("C").allowed()).isFalse();
  }

  @Test
  void policyThatBeginsToUseTheCertificateHasItsValues() {
    fixture.certificate.put("subject.commonname", List.of("cn"));
    fixture.attached("p", allow("Publish", "ARN/topic/a"));
    Authorization client = fixture.connect("c1");
    assertThat(client.publish("cn").allowed()).isFalse();
    fixture.policies.createVersion(
        "p", document(allow("Publish", "ARN/topic/${iot:Certificate.Subject.CommonName}")), true);
    assertThat(client.publish("cn").allowed()).isTrue();
  }

  @Test
  void timeIsAskedAnewForEachDecision() {
    fixture.attached(
        "p",
        "{'Effect':'Allow','Action':'iot:Publish','Resource':'*','Condition':"
            + "{'DateLessThan':{'aws:CurrentTime':'2026-01-01T00:01:00Z'}}}");
    Authorization client = fixture.connect("c1");
    assertThat(client.publish("a").allowed()).isTrue();
    fixture.simulation.advance(Duration.ofMinutes(2));
    assertThat(client.publish("a").allowed()).isFalse();
  }

  @Test
  void callersThatCannotDifferShareTheirDecisions() {
    fixture.attached("p", allow("Publish", "ARN/topic/${aws:SourceIp}"));
    fixture.policies.attach("p", ARN + "cert/c2");
    PolicyAuthorization one = (PolicyAuthorization) fixture.connect("a");
    PolicyAuthorization two = (PolicyAuthorization) fixture.connect("b");
    PolicyAuthorization three = (PolicyAuthorization) fixture.connect("c", "c2");
    assertThat(two.decisions()).isSameAs(one.decisions());
    assertThat(three.decisions()).isSameAs(one.decisions());
    assertThat(one.publish("10.0.0.1")).isSameAs(three.publish("10.0.0.1"));
  }

  @Test
  void callersWithOtherValuesDoNotShareThem() {
    fixture.attached("p", allow("Publish", "ARN/topic/${iot:ClientId}"));
    assertThat(fixture.connect("a").publish("a").allowed()).isTrue();
    assertThat(fixture.connect("b").publish("a").allowed()).isFalse();
    assertThat(fixture.connect("b").publish("b").allowed()).isTrue();
  }

  @Test
  void cachedAnswersStayRightUnderManyTopics() {
    fixture.attached(
        "p", allow("Publish", "ARN/topic/even/*"), allow("Receive", "ARN/topic/odd/*"));
    Authorization client = fixture.connect("c1");
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 5000; i++) {
        assertThat(client.publish("even/" + i).allowed()).isTrue();
        assertThat(client.receive("even/" + i).allowed()).isFalse();
        assertThat(client.publish("odd/" + i).allowed()).isFalse();
        assertThat(client.receive("odd/" + i).allowed()).isTrue();
      }
    }
  }

  @Test
  void otherActionsAreDecidedByTheirArn() {
    fixture.attached("p", allow("GetThingShadow", "ARN/thing/t1"));
    Authorization client = fixture.connect("");
    assertThat(client.decide("iot:GetThingShadow", ARN + "thing/t1").allowed()).isTrue();
    assertThat(client.decide("iot:GetThingShadow", ARN + "thing/t2").allowed()).isFalse();
  }

  @Test
  void oneCallsOwnFactsAreConditionsOfItAlone() {
    fixture.attached(
        "p",
        "{'Effect':'Allow','Action':'iot:SendDirectMessage','Resource':'ARN/client/c','Condition':"
            + "{'StringLike':{'iot:Topic':'do/*'}}}",
        "{'Effect':'Allow','Action':'iot:GetConnection','Resource':'*','Condition':"
            + "{'Bool':{'iot:IncludeSocketInformation':'false'}}}");
    Authorization client = fixture.connect("");
    String c = ARN + "client/c";
    assertThat(client.decide("iot:SendDirectMessage", c, Map.of("iot:Topic", "do/it")).allowed())
        .isTrue();
    assertThat(client.decide("iot:SendDirectMessage", c, Map.of("iot:Topic", "other")).allowed())
        .isFalse();
    assertThat(client.decide("iot:SendDirectMessage", c).allowed()).isFalse();
    assertThat(
            client
                .decide("iot:GetConnection", c, Map.of("iot:IncludeSocketInformation", "false"))
                .allowed())
        .isTrue();
    assertThat(
            client
                .decide("iot:GetConnection", c, Map.of("iot:IncludeSocketInformation", "true"))
                .allowed())
        .isFalse();
  }

  @Test
  void administratorsMayDoEverythingAndOtherKeysNothing() {
    Authorization administrator =
        fixture.authorizer.authorize(
            fixture.context(new Principal.AccessKey("AK", "arn", true), "c", false));
    assertThat(administrator.publish("a").allowed()).isTrue();
    assertThat(administrator.connect(true, "w").allowed()).isTrue();
    Authorization other =
        fixture.authorizer.authorize(
            fixture.context(new Principal.AccessKey("AK", "arn", false), "c", false));
    assertThat(other.publish("a").allowed()).isFalse();
  }

  @Test
  void anAnonymousCallerIsRememberedWhileAnotherIsConnectedAndSeesChangesLikeIt() {
    ConnectionContext context = fixture.context(new Principal.Anonymous("anonymous"), "c", false);
    assertThat(fixture.authorizer.remembered(context)).isNull();
    Authorization asked = fixture.authorizer.authorize(context);
    Authorization remembered = requireNonNull(fixture.authorizer.remembered(context));
    int before = remembered.stamp();
    assertThat(remembered.publish("a").allowed()).isFalse();

    fixture.policies.create("p", document(allow("Publish", "*")));
    fixture.policies.attach("p", "anonymous");

    assertThat(remembered.stamp()).isNotEqualTo(before);
    assertThat(remembered.publish("a").allowed()).isTrue();
    assertThat(asked.publish("a").allowed()).isTrue();
  }

  @Test
  void aConnectionThatIsOverHearsNothing() {
    Authorization over = fixture.connect("c1");
    Authorization on = fixture.connect("c1");
    List<String> told = new ArrayList<>();
    over.onRevoked(() -> told.add("over"));
    on.onRevoked(() -> told.add("on"));

    over.over();
    fixture.authorizer.changed(CERT, false);

    assertThat(told).containsExactly("on");
  }

  @Test
  void aCertificateIsNotRememberedForItsThingMustBeLookedUp() {
    fixture.connect("c1");
    assertThat(
            fixture.authorizer.remembered(
                fixture.context(new Principal.Certificate("c1", CERT, true), "c1", false)))
        .isNull();
  }

  @Test
  void anonymousCallersNeedAPolicyOrDevelopmentMode() {
    Principal anonymous = new Principal.Anonymous("anonymous");
    Authorization client = fixture.authorizer.authorize(fixture.context(anonymous, "c", false));
    assertThat(client.live()).isTrue();
    assertThat(client.publish("a").allowed()).isFalse();
    fixture.policies.create("p", document(allow("Publish", "ARN/topic/a")));
    fixture.policies.attach("p", "anonymous");
    assertThat(client.publish("a").allowed()).isTrue();
    assertThat(
            fixture
                .authorizer
                .authorize(fixture.context(anonymous, "c", true))
                .subscribe("#")
                .allowed())
        .isTrue();
  }

  private static String explain(
      Why why, String client, @Nullable String principal, String action, String topic) {
    Why.Question question = new Why.Question(client, principal, action, topic);
    return Why.words(question, why.decisions(question));
  }

  @Test
  void whyKnowsHowAClientConnects() {
    fixture.attached(
        "p",
        "{'Effect':'Allow','Action':'iot:Connect','Resource':'*','Condition':{"
            + "'ForAllValues:StringEquals':{'iot:ConnectAttributes':['LastWill']},"
            + "'ArnEqualsIfExists':{'iot:LastWillTopic':'ARN/topic/will'}}}");
    Why why = new Why(fixture.account, fixture.authorizer, _ -> List.of(CERT));
    List<Why.Question> questions =
        List.of(
            new Why.Question("c", null, "connect", "", false, null),
            new Why.Question("c", null, "connect", "", true, null),
            new Why.Question("c", null, "connect", "", false, "will"),
            new Why.Question("c", null, "connect", "", false, "other"),
            new Why.Question("c", "anonymous", "connect", "", false, null));
    assertThat(questions)
        .extracting(each -> why.decisions(each).getFirst().ruling().outcome())
        .containsExactly(
            Ruling.Outcome.ALLOWED,
            Ruling.Outcome.IMPLICIT_DENY,
            Ruling.Outcome.ALLOWED,
            Ruling.Outcome.IMPLICIT_DENY,
            Ruling.Outcome.IMPLICIT_DENY);
  }

  @Test
  void whyShowsHowTheDecisionCameAbout() {
    fixture.attached(
        "p", allow("Publish", "ARN/topic/${iot:ClientId}"), allow("Receive", "ARN/topic/a"));
    Why why =
        new Why(
            fixture.account,
            fixture.authorizer,
            thing -> thing.equals("t1") ? List.of(CERT) : List.of());
    assertThat(explain(why, "t1", null, "publish", "x").lines())
        .containsExactly(
            "denied: no statement of policies [p] allows iot:Publish on " + ARN + "topic/x",
            "principal: " + CERT,
            "policies: [p version 1]",
            "${iot:ClientId} = t1",
            "statement 1 of policy p version 1 (Allow) does not apply: Resource ["
                + ARN
                + "topic/t1]");
    assertThat(explain(why, "t1", null, "receive", "a"))
        .startsWith("allowed: statement 2 of policy p version 1 allows iot:Receive on");
    assertThat(explain(why, "t1", CERT, "connect", ""))
        .startsWith(
            "denied: no statement of policies [p] allows iot:Connect on " + ARN + "client/t1");
    assertThat(explain(why, "nobody", null, "publish", "x")).contains("name the certificate");
  }
}
