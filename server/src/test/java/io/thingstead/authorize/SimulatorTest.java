package io.thingstead.authorize;

import static io.thingstead.authorize.Fixture.ARN;
import static io.thingstead.authorize.Fixture.CERT;
import static io.thingstead.authorize.Fixture.allow;
import static io.thingstead.authorize.Fixture.document;
import static io.thingstead.authorize.Fixture.statement;
import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.authorize.Simulator.Caller;
import io.thingstead.authorize.Simulator.Tested;
import io.thingstead.model.policy.Ruling.Outcome;
import io.thingstead.registry.GroupProperties;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whom it can be asked of; what devices are answered is compared in boot's PolicyAgreementTest. */
class SimulatorTest {
  private static final String IDENTITY = "us-east-1:0dcf4f6c-1a2b-4c3d-8e5f-000000000001";

  private final Fixture fixture = new Fixture();
  private final Simulator simulator = fixture.authorizer.simulator();

  private static Caller caller(@Nullable String principal, @Nullable String pool) {
    return new Caller(principal, pool, "t1", List.of(), List.of());
  }

  private Tested publish(@Nullable String principal, @Nullable String pool, String... topics) {
    return simulator.test(
        caller(principal, pool),
        "iot:Publish",
        List.of(topics).stream().map(topic -> ARN + "topic/" + topic).toList());
  }

  @Test
  void anIdentityHasItsIdAndItsPool() {
    fixture.policies.create(
        "p",
        document(
            allow("Publish", "ARN/topic/${cognito-identity.amazonaws.com:sub}"),
            allow("Publish", "ARN/topic/pool/${cognito-identity.amazonaws.com:aud}")));
    fixture.policies.attach("p", IDENTITY);
    fixture.policies.attach("p", "anonymous");
    fixture.policies.attach("p", CERT);
    assertThat(publish(IDENTITY, null, IDENTITY).outcome()).isEqualTo(Outcome.ALLOWED);
    assertThat(publish(IDENTITY, "us-east-1:pool", "pool/us-east-1:pool").outcome())
        .isEqualTo(Outcome.ALLOWED);
    assertThat(publish(IDENTITY, null, "pool/us-east-1:pool").missing())
        .containsExactly("cognito-identity.amazonaws.com:aud");
    assertThat(publish("anonymous", null, "anonymous").outcome()).isEqualTo(Outcome.IMPLICIT_DENY);
    assertThat(publish(CERT, null, CERT).outcome()).isEqualTo(Outcome.IMPLICIT_DENY);
  }

  @Test
  void aThingGroupHasItsPoliciesAndThoseAboveIt() {
    fixture.thingGroups.create("top", null, GroupProperties.NONE, Map.of());
    fixture.thingGroups.create("low", "top", GroupProperties.NONE, Map.of());
    fixture.policies.create("allows", document(allow("Publish", "*")));
    fixture.policies.create("denies", document(statement("Deny", "Publish", "ARN/topic/no")));
    fixture.policies.attach("allows", ARN + "thinggroup/top");
    fixture.policies.attach("denies", ARN + "thinggroup/low");
    String low = ARN + "thinggroup/low";
    assertThat(publish(low, null, "yes"))
        .isEqualTo(
            new Tested(
                Outcome.ALLOWED, List.of("allows"), List.of("denies"), List.of(), List.of()));
    assertThat(publish(low, null, "yes", "no"))
        .isEqualTo(
            new Tested(
                Outcome.EXPLICIT_DENY, List.of("allows"), List.of(), List.of("denies"), List.of()));
    assertThat(publish(ARN + "thinggroup/top", null, "no").outcome()).isEqualTo(Outcome.ALLOWED);
  }

  @Test
  void nothingIsKeptOfATest() {
    fixture.attached("p", allow("Publish", "*"));
    Authorization client = fixture.connect("t1");
    int before = client.stamp();
    assertThat(publish(CERT, null, "a").outcome()).isEqualTo(Outcome.ALLOWED);
    fixture.policies.create("q", document(statement("Deny", "Publish", "*")));
    Tested adding =
        simulator.test(
            new Caller(CERT, null, "t1", List.of("q"), List.of()),
            "iot:Publish",
            List.of(ARN + "topic/a"));
    assertThat(adding.outcome()).isEqualTo(Outcome.EXPLICIT_DENY);
    assertThat(adding.denying()).containsExactly("q");
    assertThat(client.stamp()).isEqualTo(before);
    assertThat(client.publish("a").allowed()).isTrue();
  }
}
