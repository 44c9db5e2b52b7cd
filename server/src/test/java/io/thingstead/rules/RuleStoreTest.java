package io.thingstead.rules;

import static io.thingstead.rules.House.payload;
import static io.thingstead.rules.House.refused;
import static io.thingstead.rules.House.republish;
import static io.thingstead.rules.House.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.api.iot.Action;
import io.thingstead.api.iot.CreateTopicRuleRequest;
import io.thingstead.api.iot.ListTopicRulesRequest;
import io.thingstead.api.iot.ListTopicRulesResponse;
import io.thingstead.api.iot.MqttHeaders;
import io.thingstead.api.iot.ReplaceTopicRuleRequest;
import io.thingstead.api.iot.RepublishAction;
import io.thingstead.api.iot.S3Action;
import io.thingstead.api.iot.TopicRule;
import io.thingstead.api.iot.TopicRuleListItem;
import io.thingstead.api.iot.TopicRulePayload;
import io.thingstead.api.iot.UserProperty;
import io.thingstead.broker.Qos;
import io.thingstead.model.AwsError;
import io.thingstead.model.Limits;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Rules as they are made, replaced, switched and listed. */
class RuleStoreTest {
  private final House house = new House();

  @Test
  void ruleListensAgainAfterARestartUnlessDisabled() {
    house.create("on", "SELECT * FROM 'x'", republish("y"));
    house.create("off", "SELECT * FROM 'x'", republish("z"));
    house.rules.disable("off");
    house.crash();
    house.publish("x", "{}", Qos.AT_MOST_ONCE);
    house.settle();
    assertThat(house.seen()).containsExactly("x {}", "y {}");
    house.rules.enable("off");
    house.rules.delete("on");
    house.publish("x", "{}", Qos.AT_MOST_ONCE);
    house.settle();
    assertThat(house.seen()).containsExactly("x {}", "y {}", "x {}", "z {}");
    house.rules.close();
    assertThat(house.broker.subscriptions).isEmpty();
  }

  @Test
  void replacementKeepsTheTimeOfCreation() {
    house.create("r", "SELECT * FROM 'x'", republish("y"));
    Instant created = rule("r").createdAt();
    house.sim.advance(Duration.ofMinutes(1));
    house.rules.replace(
        new ReplaceTopicRuleRequest("r", payload("SELECT 1 AS a FROM 'w'", null, republish("v"))));
    assertThat(rule("r").createdAt()).isEqualTo(created);
    assertThat(rule("r").sql()).isEqualTo("SELECT 1 AS a FROM 'w'");
    house.publish("x", "{}", Qos.AT_MOST_ONCE);
    house.publish("w", "{}", Qos.AT_MOST_ONCE);
    house.settle();
    assertThat(house.seen()).containsExactly("x {}", "w {}", "v {\"a\":1}");
  }

  private TopicRule rule(String name) {
    return Objects.requireNonNull(house.rules.get(name).rule());
  }

  @Test
  void missingRuleIsUnauthorized() {
    refused(AwsError.UNAUTHORIZED, "rule/none", () -> house.rules.get("none"));
    refused(AwsError.UNAUTHORIZED, "rule/none", () -> house.rules.enable("none"));
    house.rules.delete("none");
    house.create("r", "SELECT * FROM 'x'");
    refused(
        AwsError.RESOURCE_ALREADY_EXISTS,
        "already exists",
        () -> house.rules.create(request("r", "SELECT * FROM 'x'", null)));
    assertThat(house.rules.get("r").ruleArn())
        .isEqualTo("arn:aws:iot:us-east-1:123456789012:rule/r");
  }

  @Test
  void listingHasPagesAndFilters() {
    for (String name : List.of("a", "b", "c", "d")) {
      house.create(name, "SELECT * FROM 'x/" + name + "'");
    }
    house.rules.disable("c");
    ListTopicRulesResponse first = list(null, 3, null, null);
    assertThat(names(first)).containsExactly("a", "b", "c");
    assertThat(names(list(null, 3, first.nextToken(), null))).containsExactly("d");
    assertThat(names(list("x/b", null, null, null))).containsExactly("b");
    assertThat(names(list(null, null, null, true))).containsExactly("c");
    refused(AwsError.INVALID_REQUEST, "maxResults", () -> list(null, 0, null, null));
    refused(AwsError.INVALID_REQUEST, "nextToken", () -> list(null, 1, "***", null));
  }

  private ListTopicRulesResponse list(
      @Nullable String topic,
      @Nullable Integer max,
      @Nullable String token,
      @Nullable Boolean off) {
    return house.rules.list(new ListTopicRulesRequest(topic, max, token, off));
  }

  private static Stream<String> names(ListTopicRulesResponse response) {
    return Stream.ofNullable(response.rules())
        .flatMap(List::stream)
        .map(TopicRuleListItem::ruleName);
  }

  @Test
  void creationRefusesWhatCouldNotWork() {
    String sql = "SELECT * FROM 'x'";
    Action[] eleven = IntStream.range(0, 11).mapToObj(i -> republish("y")).toArray(Action[]::new);
    invalid("at most 10", sql, eleven);
    invalid("exactly one", sql, Action.builder().build());
    Action two =
        Action.builder()
            .republish(republish("y").republish())
            .http(House.http("https://example.com/").http())
            .build();
    invalid("exactly one", sql, two);
    Action s3 = Action.builder().s3(new S3Action(House.ROLE, "b", "k", null)).build();
    invalid("action s3 is not supported", sql, s3);
    invalid("is 0 or 1", sql, republishing("y", 2, House.ROLE, null));
    invalid("is not an ARN", sql, republishing("y", 0, "role", null));
    invalid("$$", sql, republish("$aws/things/t/shadow/update"));
    invalid("jobs", sql, republish("$$aws/things/t/jobs/get"));
    List<UserProperty> many =
        IntStream.range(0, 101).mapToObj(i -> new UserProperty("k", "v")).toList();
    invalid(
        "userProperties",
        sql,
        republishing("y", 0, House.ROLE, new MqttHeaders(null, null, null, null, null, many)));
    refused(AwsError.SQL_PARSE, "position 7", () -> house.create("r", "SELECT"));
    refused(AwsError.SQL_PARSE, "nope", () -> house.create("r", "SELECT nope() AS a FROM 'x'"));
    refused(
        AwsError.SQL_PARSE,
        "get_secret",
        () -> house.create("r", "SELECT get_secret('a') FROM 'x'"));
    refused(
        AwsError.SQL_PARSE, "FROM", () -> house.create("r", "SELECT * FROM 'a/b/c/d/e/f/g/h/i'"));
    refused(AwsError.SQL_PARSE, "closing brace", () -> house.create("r", sql, republish("${")));
    refused(AwsError.INVALID_REQUEST, "digits", () -> house.create("a-b", sql));
    TopicRulePayload old = new TopicRulePayload(sql, null, List.of(), null, "2017-01-01", null);
    refused(
        AwsError.INVALID_REQUEST,
        "2017-01-01",
        () -> house.rules.create(new CreateTopicRuleRequest("r", old, null)));
    String large = "SELECT '" + "x".repeat(128 * 1024) + "' AS a FROM 'x'";
    invalid("bytes", large);
    assertThat(names(list(null, null, null, null))).isEmpty();
  }

  @Test
  void anAccountHasSoManyRulesAndDestinations() {
    House small = new House(1, new Limits.Rules(2, 1, 10, 1000, 1));
    String sql = "SELECT * FROM 'x'";
    small.create("r1", sql, House.http("http://127.0.0.1:1/a"));
    refused(
        AwsError.INVALID_REQUEST,
        "1 destinations already",
        () -> small.create("r2", sql, House.http("http://127.0.0.1:1/b")));
    small.create("r2", sql, House.http("http://127.0.0.1:1/a"));
    refused(AwsError.INVALID_REQUEST, "2 rules already", () -> small.create("r3", sql));
  }

  private void invalid(String message, String sql, Action... actions) {
    refused(AwsError.INVALID_REQUEST, message, () -> house.create("r", sql, actions));
  }

  private static Action republishing(
      String topic, int qos, String role, @Nullable MqttHeaders headers) {
    return Action.builder().republish(new RepublishAction(role, topic, qos, headers)).build();
  }
}
