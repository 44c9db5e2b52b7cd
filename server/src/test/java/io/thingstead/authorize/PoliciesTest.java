package io.thingstead.authorize;

import static io.thingstead.authorize.Fixture.ARN;
import static io.thingstead.authorize.Fixture.CERT;
import static io.thingstead.authorize.Fixture.allow;
import static io.thingstead.authorize.Fixture.document;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.registry.GroupProperties;
import io.thingstead.registry.ThingGroups;
import io.thingstead.row.Page;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class PoliciesTest {
  private static final String DOCUMENT = document(allow("Connect", "*"));

  private final Fixture fixture = new Fixture();
  private final Policies policies = fixture.policies;

  private static void assertRefused(AwsError error, String message, ThrowingCallable call) {
    ApiException refused = catchThrowableOfType(ApiException.class, call);
    assertThat(refused).as("no refusal").isNotNull();
    assertThat(refused.error()).isEqualTo(error);
    assertThat(refused).hasMessageContaining(message);
  }

  @Test
  void createdPolicyIsReadBackWhole() {
    Policy created = policies.create("p", DOCUMENT);
    assertThat(created.defaultVersionId()).isEqualTo("1");
    assertThat(created.arn()).isEqualTo("arn:aws:iot:us-east-1:000000000000:policy/p");
    assertThat(created.document()).isEqualTo(DOCUMENT);
    assertThat(created.generationId()).hasSize(64);
    assertThat(policies.get("p")).isEqualTo(created);
  }

  @Test
  void creationRefusesBadInput() {
    policies.create("p", DOCUMENT);
    assertRefused(
        AwsError.RESOURCE_ALREADY_EXISTS, "policy p exists", () -> policies.create("p", DOCUMENT));
    assertRefused(
        AwsError.MALFORMED_POLICY, "line 1, column 1", () -> policies.create("q", "nonsense"));
    assertRefused(
        AwsError.MALFORMED_POLICY,
        "more than 2048",
        () -> policies.create("q", document(allow("Connect", "arn:" + "x".repeat(2048)))));
    assertRefused(
        AwsError.INVALID_REQUEST, "policy name 'a b'", () -> policies.create("a b", DOCUMENT));
    assertRefused(AwsError.RESOURCE_NOT_FOUND, "no policy q", () -> policies.get("q"));
  }

  @Test
  void listingPagesInOrderOfCreation() {
    List<String> names = List.of("c", "a", "d", "b", "e");
    for (String name : names) {
      policies.create(name, DOCUMENT);
      fixture.simulation.advance(Duration.ofMillis(5));
    }
    List<String> seen = new ArrayList<>();
    String marker = null;
    do {
      Page<String> page = policies.list(true, 2, marker);
      seen.addAll(page.items());
      marker = page.next();
    } while (marker != null);
    assertThat(seen).isEqualTo(names);
    assertThat(policies.list(false, null, null).items()).isEqualTo(names.reversed());
    assertRefused(AwsError.INVALID_REQUEST, "marker", () -> policies.list(true, null, "x?"));
    assertRefused(AwsError.INVALID_REQUEST, "1..250", () -> policies.list(true, 251, null));
  }

  @Test
  void versionNumbersAreNeverUsedAgain() {
    policies.create("p", DOCUMENT);
    assertThat(policies.createVersion("p", DOCUMENT, false).versionId()).isEqualTo("2");
    policies.deleteVersion("p", "2");
    PolicyVersion third = policies.createVersion("p", DOCUMENT, true);
    assertThat(third.versionId()).isEqualTo("3");
    assertThat(third.isDefault()).isTrue();
    assertThat(policies.get("p").defaultVersionId()).isEqualTo("3");
    assertThat(policies.versions("p").stream().map(PolicyVersion::versionId))
        .containsExactly("3", "1");
    assertThat(policies.version("p", "1").isDefault()).isFalse();
    policies.setDefaultVersion("p", "1");
    assertThat(policies.version("p", "1").isDefault()).isTrue();
    assertRefused(AwsError.RESOURCE_NOT_FOUND, "no version 2", () -> policies.version("p", "2"));
    assertRefused(
        AwsError.RESOURCE_NOT_FOUND, "no version", () -> policies.setDefaultVersion("p", "x"));
  }

  @Test
  void sixthVersionIsRefused() {
    policies.create("p", DOCUMENT);
    for (int i = 2; i <= 5; i++) {
      policies.createVersion("p", DOCUMENT, true);
    }
    assertRefused(
        AwsError.VERSIONS_LIMIT_EXCEEDED,
        "has 5 versions",
        () -> policies.createVersion("p", DOCUMENT, false));
    assertRefused(
        AwsError.DELETE_CONFLICT, "is the default", () -> policies.deleteVersion("p", "5"));
    policies.deleteVersion("p", "1");
    assertThat(policies.createVersion("p", DOCUMENT, false).versionId()).isEqualTo("6");
  }

  @Test
  void policyInUseIsNotDeleted() {
    fixture.attached("p", allow("Connect", "*"));
    assertRefused(AwsError.DELETE_CONFLICT, "is attached to " + CERT, () -> policies.delete("p"));
    assertThat(policies.detach("p", CERT)).isTrue();
    policies.createVersion("p", DOCUMENT, false);
    assertRefused(AwsError.DELETE_CONFLICT, "has other versions", () -> policies.delete("p"));
    policies.deleteVersion("p", "2");
    policies.delete("p");
    assertRefused(AwsError.RESOURCE_NOT_FOUND, "no policy p", () -> policies.get("p"));
    assertThat(policies.list(true, null, null).items()).isEmpty();
    assertRefused(AwsError.RESOURCE_NOT_FOUND, "no policy p", () -> policies.delete("p"));
  }

  @Test
  void attachingIsIdempotentAndLimited() {
    for (int i = 0; i < 10; i++) {
      fixture.attached("p" + i, allow("Connect", "*"));
    }
    policies.create("p10", DOCUMENT);
    policies.attach("p0", CERT);
    assertRefused(AwsError.LIMIT_EXCEEDED, "10 policies", () -> policies.attach("p10", CERT));
    assertThat(policies.attached(CERT, null, null).items()).hasSize(10);
    assertThat(policies.targets("p0", null, null).items()).containsExactly(CERT);
    assertRefused(AwsError.RESOURCE_NOT_FOUND, "no policy x", () -> policies.attach("x", CERT));
    assertRefused(
        AwsError.RESOURCE_NOT_FOUND,
        "no certificate or thing group arn:other",
        () -> policies.attach("p0", "arn:other"));
  }

  @Test
  void aThingGroupHasFewPoliciesAndIsListedWithThoseAboveIt() {
    ThingGroups groups = fixture.thingGroups;
    groups.create("top", null, GroupProperties.NONE, Map.of());
    groups.create("low", "top", GroupProperties.NONE, Map.of());
    for (int i = 0; i < 4; i++) {
      policies.create("p" + i, DOCUMENT);
    }
    String top = ARN + "thinggroup/top";
    String low = ARN + "thinggroup/low";
    policies.attach("p0", top);
    policies.attach("p1", top);
    assertRefused(AwsError.LIMIT_EXCEEDED, "2 policies", () -> policies.attach("p2", top));
    policies.attach("p1", low);
    policies.attach("p2", low);
    assertThat(policies.attached(low, null, null).items()).containsExactly("p1", "p2");
    List<String> seen = new ArrayList<>();
    String marker = null;
    do {
      Page<String> page = policies.attachedAround(low, 1, marker);
      seen.addAll(page.items());
      marker = page.next();
    } while (marker != null);
    assertThat(seen).containsExactly("p1", "p2", "p0");
    assertThat(policies.targets("p1", null, null).items()).containsExactly(low, top);
    assertRefused(
        AwsError.RESOURCE_NOT_FOUND,
        "thing group arn",
        () -> policies.attach("p3", ARN + "thinggroup/none"));
    assertRefused(
        AwsError.RESOURCE_NOT_FOUND,
        "none",
        () -> policies.attachedAround(ARN + "thinggroup/none", null, null));
    assertRefused(AwsError.DELETE_CONFLICT, "is attached", () -> policies.delete("p0"));
    groups.delete("low", null);
    groups.delete("top", null);
    policies.delete("p0");
    policies.delete("p1");
  }

  @Test
  void detachingTwiceSucceeds() {
    fixture.attached("p", allow("Connect", "*"));
    assertThat(policies.detach("p", CERT)).isTrue();
    assertThat(policies.detach("p", CERT)).isFalse();
    assertThat(policies.attached(CERT, null, null).items()).isEmpty();
    assertThat(policies.targets("p", null, null).items()).isEmpty();
    assertRefused(AwsError.INVALID_REQUEST, "no policy q", () -> policies.detach("q", CERT));
  }

  @Test
  void deletedCertificateLosesItsPolicies() {
    fixture.attached("p", allow("Connect", "*"));
    assertThat(fixture.registry.<Boolean>call(tx -> policies.any(tx, CERT))).isTrue();
    fixture.registry.call(
        tx -> {
          policies.detachAll(tx, CERT);
          return CERT;
        });
    assertThat(fixture.registry.<Boolean>call(tx -> policies.any(tx, CERT))).isFalse();
    policies.delete("p");
  }
}
