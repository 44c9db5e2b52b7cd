package io.thingstead.rules;

import static io.thingstead.rules.House.payload;
import static io.thingstead.rules.House.request;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

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
import io.thingstead.broker.Message;
import io.thingstead.broker.MessageProperties;
import io.thingstead.broker.Qos;
import io.thingstead.engine.EngineSettings;
import io.thingstead.engine.ShardId;
import io.thingstead.engine.Simulation;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Limits;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RulesTest {
  private static final String HOT =
      "SELECT temperature, topic(2) AS device, timestamp() AS ts"
          + " FROM 'sensors/+/t' WHERE temperature > 50";

  private final House house = new House();

  private static void refused(AwsError error, String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .hasMessageContaining(message)
        .asInstanceOf(type(ApiException.class))
        .extracting(ApiException::error)
        .isEqualTo(error);
  }

  @Test
  void hotMessageIsRepublishedAndColdOneIsNot() {
    house.create("hot", HOT, republish("alarms/${topic(2)}"));
    CompletableFuture<?> hot =
        house
            .publish("sensors/d7/t", "{\"temperature\":51}", Qos.AT_LEAST_ONCE)
            .toCompletableFuture();
    assertThat(hot).isNotDone();
    house.settle();
    assertThat(hot).isCompleted();
    house.publish("sensors/d7/t", "{\"temperature\":50}", Qos.AT_MOST_ONCE);
    house.settle();
    assertThat(house.seen())
        .containsExactly(
            "sensors/d7/t {\"temperature\":51}",
            "alarms/d7 {\"temperature\":51,\"device\":\"d7\",\"ts\":1700000000123}",
            "sensors/d7/t {\"temperature\":50}");
    Message alarm = house.published.get(1);
    assertThat(alarm.qos()).isEqualTo(Qos.AT_LEAST_ONCE);
    assertThat(alarm.origin().clientId()).isNull();
    assertThat(alarm.origin().hops()).isEqualTo(1);
    assertThat(house.keptInputs()).isZero();
    assertThat(house.rules.pending()).isZero();
    assertThat(house.rules.stats("hot").matched().sum()).isEqualTo(2);
    assertThat(house.rules.stats("hot").actionsDone().sum()).isEqualTo(1);
  }

  @Test
  void acknowledgedMessageRunsAgainAfterACrash() {
    int crashedBefore = 0;
    for (int seed = 0; seed < 150; seed++) {
      House one = new House(seed, Limits.DEFAULT.rules());
      one.create("hot", HOT, republish("a/${topic(2)}"), republish("b/${topic(2)}"));
      CompletableFuture<?> stage =
          one.publish("sensors/d7/t", "{\"temperature\":51}", Qos.AT_LEAST_ONCE)
              .toCompletableFuture();
      for (int step = one.sim.random().nextInt(20); step > 0; step--) {
        one.sim.run(1);
        Runnable task = one.sim.random().nextBoolean() ? one.tasks.poll() : null;
        if (task != null) {
          task.run();
        }
      }
      boolean acknowledged = stage.isDone();
      long before = one.published.size();
      crashedBefore += before < 3 ? 1 : 0;
      one.crash();
      one.settle();
      if (acknowledged) {
        assertThat(one.seen())
            .as("seed " + seed)
            .anyMatch(message -> message.startsWith("a/d7"))
            .anyMatch(message -> message.startsWith("b/d7"));
      }
      assertThat(one.keptInputs()).as("seed " + seed).isZero();
      assertThat(one.rules.pending()).as("seed " + seed).isZero();
    }
    assertThat(crashedBefore).isGreaterThan(20);
  }

  @Test
  void actionThatWasDoneDoesNotRunAgain() {
    house.create("two", "SELECT * FROM 'x'", republish("a"), republish("b"));
    house.publish("x", "{}", Qos.AT_LEAST_ONCE);
    house.tasks.remove().run(); // evaluation
    house.sim.runUntilIdle();
    house.tasks.remove().run(); // starts the actions
    house.tasks.remove().run(); // the first of them
    house.sim.runUntilIdle();
    assertThat(house.seen()).contains("a {}").doesNotContain("b {}");
    house.crash();
    house.settle();
    assertThat(house.seen()).containsOnlyOnce("a {}", "b {}");
    assertThat(house.keptInputs()).isZero();
  }

  @Test
  void messageOfADeletedRuleIsGivenUpAfterACrash() {
    house.create("gone", "SELECT * FROM 'x'", republish("a"));
    house.publish("x", "{}", Qos.AT_LEAST_ONCE);
    house.tasks.remove().run();
    house.sim.runUntilIdle();
    house.tasks.clear();
    house.rules.delete("gone");
    assertThat(house.keptInputs()).isEqualTo(1);
    house.crash();
    house.settle();
    assertThat(house.keptInputs()).isZero();
    assertThat(house.seen()).containsExactly("x {}");
  }

  /** A message is kept for the rule, and then its target is not allowed any more. */
  private void keepForARuleThatCannotRunAnyMore() {
    house.create("r", "SELECT * FROM 'x'", House.http("http://127.0.0.1:1/"));
    house.publish("x", "{}", Qos.AT_LEAST_ONCE);
    house.tasks.remove().run();
    house.sim.runUntilIdle();
    house.allowedTargets = List.of();
    house.crash();
    house.settle();
    assertThat(house.keptInputs()).isEqualTo(1);
    assertThat(house.rules.pending()).isZero();
  }

  @Test
  void messagesOfARuleThatCannotRunWaitForItsReplacement() {
    keepForARuleThatCannotRunAnyMore();
    house.rules.disable("r");
    house.settle();
    house.crash();
    house.settle();
    assertThat(house.keptInputs()).isEqualTo(1);
    house.rules.replace(
        new ReplaceTopicRuleRequest("r", payload("SELECT * FROM 'w'", null, republish("y"))));
    house.settle();
    assertThat(house.seen()).containsExactly("x {}", "y {}");
    assertThat(house.keptInputs()).isZero();
  }

  @Test
  void messagesOfARuleThatCannotRunAreGivenUpWithIt() {
    keepForARuleThatCannotRunAnyMore();
    house.rules.delete("r");
    house.settle();
    assertThat(house.keptInputs()).isZero();
    assertThat(house.seen()).containsExactly("x {}");
  }

  @Test
  void aRuleThatCannotRunIsListedAllTheSame() {
    keepForARuleThatCannotRunAnyMore();
    assertThat(names(list(null, null, null, null))).containsExactly("r");
    assertThat(rule("r").sql()).isEqualTo("SELECT * FROM 'x'");
  }

  @Test
  void messageThatComesWhileRulesStartDoesNotReplaceAKeptOne() {
    house.create("r", "SELECT * FROM 'x'", republish("y"));
    house.publish("x", "{\"n\":1}", Qos.AT_LEAST_ONCE);
    house.tasks.remove().run();
    house.sim.runUntilIdle();
    house.atAttach = House.message("x", "{\"n\":2}", Qos.AT_LEAST_ONCE);
    house.crash();
    house.sim.runUntilIdle();
    house.atAttach = null;
    house.crash();
    house.settle();
    assertThat(house.seen()).contains("y {\"n\":1}", "y {\"n\":2}");
    assertThat(house.keptInputs()).isZero();
  }

  @Test
  void actionThatIsMarkedAsDoneTooLateLeavesNothing() {
    Inputs inputs = new Inputs(house.sim.engine().shard(new ShardId(ShardId.RULE, 0)).account(1));
    var _ = inputs.forget(7);
    var _ = inputs.done(7, 0);
    house.sim.runUntilIdle();
    assertThat(house.keptInputs()).isZero();
  }

  /** A house with a message whose actions are done while the disk is full. */
  private static House doneWhileTheDiskIsFull() {
    EngineSettings limits = new EngineSettings(1, 1024, 1024, 1000, 2000, 100);
    Simulation sim = new Simulation(1, limits, _ -> {}, Simulation.UnaryStore.NONE);
    House full = new House(sim, Limits.DEFAULT.rules());
    full.create("r", "SELECT * FROM 'x'", republish("y"));
    full.publish("x", "{}", Qos.AT_LEAST_ONCE);
    full.tasks.remove().run();
    sim.runUntilIdle();
    sim.store().freeBytes(500);
    sim.advance(Duration.ofSeconds(1));
    return full;
  }

  @Test
  void messageThatCannotBeForgottenIsForgottenLater() {
    House full = doneWhileTheDiskIsFull();
    List<Duration> pauses = new ArrayList<>();
    full.pause =
        time -> {
          pauses.add(time);
          if (pauses.size() == 3) {
            full.sim.store().freeBytes(5000);
            full.sim.advance(Duration.ofSeconds(1));
          }
        };
    full.settle();
    assertThat(pauses)
        .containsExactly(
            Duration.ofMillis(100),
            Duration.ofMillis(400),
            Duration.ofSeconds(1),
            Duration.ofMillis(600));
    assertThat(full.seen()).containsExactly("x {}", "y {}");
    assertThat(full.keptInputs()).isZero();
    assertThat(full.rules.pending()).isZero();
  }

  @Test
  void messageThatCanNeverBeForgottenIsLeftForTheNextStart() {
    House full = doneWhileTheDiskIsFull();
    full.settle();
    assertThat(full.keptInputs()).isEqualTo(1);
    assertThat(full.rules.pending()).isZero();
  }

  @Test
  void countersAreKeptForRulesThatAreThereOnly() {
    refused(AwsError.SQL_PARSE, "position", () -> house.create("bad", "SELECT"));
    assertThat(house.rules.stats("bad")).isNotSameAs(house.rules.stats("bad"));
    house.create("good", "SELECT * FROM 'x'");
    assertThat(house.rules.stats("good")).isSameAs(house.rules.stats("good"));
    house.rules.delete("good");
    assertThat(house.rules.stats("good")).isNotSameAs(house.rules.stats("good"));
  }

  @Test
  void tooManyMessagesAreRefusedNotDropped() {
    House small = new House(1, new Limits.Rules(10, 10, 2, 1000, 1));
    small.create("all", "SELECT * FROM 'x'", republish("y"));
    small.publish("x", "{}", Qos.AT_LEAST_ONCE);
    small.publish("x", "{}", Qos.AT_MOST_ONCE);
    assertThat(small.publish("x", "{}", Qos.AT_LEAST_ONCE).toCompletableFuture())
        .isCompletedExceptionally();
    assertThat(small.publish("x", "{}", Qos.AT_MOST_ONCE).toCompletableFuture()).isCompleted();
    assertThat(small.rules.stats("all").dropped().sum()).isEqualTo(2);
    small.settle();
    assertThat(small.rules.pending()).isZero();
    String large = "{\"a\":\"" + "x".repeat(1000) + "\"}";
    assertThat(small.publish("x", large, Qos.AT_LEAST_ONCE).toCompletableFuture())
        .isCompletedExceptionally();
  }

  @Test
  void messageThatCannotBeKeptIsNotAcknowledged() {
    house.create("all", "SELECT * FROM 'x'", republish("y"));
    CompletableFuture<?> stage = house.publish("x", "{}", Qos.AT_LEAST_ONCE).toCompletableFuture();
    house.sim.engine().close();
    house.settle();
    assertThat(stage).isCompletedExceptionally();
    assertThat(house.rules.pending()).isZero();
  }

  @Test
  void errorActionGetsTheMessageAndAllFailures() {
    Action noTopic = republish("${missing}");
    Action refusing = republish("no");
    house.rules.create(request("err", "SELECT * FROM 'x'", republish("errors"), noTopic, refusing));
    house.broker.refuse = "no";
    house.publish("x", "{\"a\":1}", Qos.AT_LEAST_ONCE);
    house.settle();
    assertThat(house.published).hasSize(2);
    assertThat(house.published.get(1).topic().text()).isEqualTo("errors");
    JsonNode report =
        JsonMapper.shared().readTree(house.published.get(1).payload().toString(UTF_8));
    assertThat(report.get("ruleName").asString()).isEqualTo("err");
    assertThat(report.get("topic").asString()).isEqualTo("x");
    assertThat(report.get("clientId").asString()).isEqualTo("thing-7");
    assertThat(Base64.getDecoder().decode(report.get("base64OriginalPayload").asString()))
        .asString(UTF_8)
        .isEqualTo("{\"a\":1}");
    assertThat(report.get("failures")).hasSize(2);
    assertThat(report.get("failures").get(0).get("failedAction").asString())
        .isEqualTo("RepublishAction");
    assertThat(report.get("failures").get(1).get("failedResource").asString()).isEqualTo("no");
    assertThat(house.keptInputs()).isZero();
    assertThat(house.rules.stats("err").actionsFailed().sum()).isEqualTo(2);
    assertThat(house.rules.stats("err").errorActionsDone().sum()).isEqualTo(1);
  }

  @Test
  void rulesThatFeedEachOtherEnd() {
    house.create("loop", "SELECT * FROM 'x'", republish("x"));
    house.publish("x", "{}", Qos.AT_MOST_ONCE);
    house.settle();
    assertThat(house.published).hasSize(17);
    assertThat(house.rules.stats("loop").actionsFailed().sum()).isEqualTo(1);
  }

  @Test
  void republishedMessageHasItsHeadersAndReservedTopic() {
    MqttHeaders headers =
        new MqttHeaders(
            "UTF8_DATA",
            "rule/contentType",
            "reply/${topic()}",
            "cnVsZSBjb3JyZWxhdGlvbiBkYXRh",
            "60",
            List.of(new UserProperty("ruleKey1", "ruleValue1"), new UserProperty("k", "${a}")));
    house.create(
        "headers",
        "SELECT * FROM 'x'",
        Action.builder()
            .republish(
                new RepublishAction(
                    House.ROLE, "$$aws/things/MyThing/shadow/update", null, headers))
            .build());
    house.publish("x", "{\"a\":1}", Qos.AT_MOST_ONCE);
    house.settle();
    Message sent = house.published.get(1);
    assertThat(sent.topic().text()).isEqualTo("$aws/things/MyThing/shadow/update");
    assertThat(sent.qos()).isEqualTo(Qos.AT_MOST_ONCE);
    MessageProperties properties = sent.properties();
    assertThat(properties.utf8()).isTrue();
    assertThat(properties.contentType()).isEqualTo("rule/contentType");
    assertThat(properties.responseTopic()).isEqualTo("reply/x");
    assertThat(properties.correlationData()).asString(UTF_8).isEqualTo("rule correlation data");
    assertThat(properties.userProperties())
        .containsExactly(
            new MessageProperties.UserProperty("ruleKey1", "ruleValue1"),
            new MessageProperties.UserProperty("k", "1"));
    assertThat(sent.expiresAtMillis()).isEqualTo(sent.acceptedAtMillis() + 60_000);
  }

  @Test
  void basicIngestReachesOneRuleWhateverItsFrom() {
    house.create("direct", "SELECT topic() AS t, topic(1) AS one", republish("out"));
    house.create("other", "SELECT * FROM '#'", republish("other"));
    String topic = "$aws/rules/direct/Buildings/B5";
    assertThat(house.rules.ingest("direct", House.message(topic, "{}", Qos.AT_MOST_ONCE))).isNull();
    house.settle();
    assertThat(house.seen())
        .first()
        .isEqualTo("out {\"t\":\"Buildings/B5\",\"one\":\"Buildings\"}");
    house.rules.disable("direct");
    assertThat(house.rules.ingest("direct", House.message(topic, "{}", Qos.AT_LEAST_ONCE)))
        .isNull();
    assertThat(house.rules.ingest("nobody", House.message(topic, "{}", Qos.AT_LEAST_ONCE)))
        .isNull();
    assertThat(house.rules.ruleNotFound()).isEqualTo(2);
  }

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
    invalid("is 0 or 1", sql, republish("y", 2, House.ROLE, null));
    invalid("is not an ARN", sql, republish("y", 0, "role", null));
    invalid("$$", sql, republish("$aws/things/t/shadow/update"));
    invalid("jobs", sql, republish("$$aws/things/t/jobs/get"));
    List<UserProperty> many =
        IntStream.range(0, 101).mapToObj(i -> new UserProperty("k", "v")).toList();
    invalid(
        "userProperties",
        sql,
        republish("y", 0, House.ROLE, new MqttHeaders(null, null, null, null, null, many)));
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

  private static Action republish(
      String topic, int qos, String role, @Nullable MqttHeaders headers) {
    return Action.builder().republish(new RepublishAction(role, topic, qos, headers)).build();
  }

  private static Action republish(String topic) {
    return House.republish(topic);
  }

  private void invalid(String message, String sql, Action... actions) {
    refused(AwsError.INVALID_REQUEST, message, () -> house.create("r", sql, actions));
  }
}
