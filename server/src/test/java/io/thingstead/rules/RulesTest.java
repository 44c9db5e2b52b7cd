package io.thingstead.rules;

import static io.thingstead.rules.House.refused;
import static io.thingstead.rules.House.republish;
import static io.thingstead.rules.House.request;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.api.iot.Action;
import io.thingstead.api.iot.MqttHeaders;
import io.thingstead.api.iot.RepublishAction;
import io.thingstead.api.iot.UserProperty;
import io.thingstead.broker.Message;
import io.thingstead.broker.MessageProperties;
import io.thingstead.broker.Qos;
import io.thingstead.model.AwsError;
import io.thingstead.model.Limits;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RulesTest {
  private static final String HOT =
      "SELECT temperature, topic(2) AS device, timestamp() AS ts"
          + " FROM 'sensors/+/t' WHERE temperature > 50";

  private final House house = new House();

  @Test
  void hotMessageIsRepublishedAndColdOneIsNot() {
    house.create("hot", HOT, republish("alarms/${topic(2)}"));
    CompletableFuture<?> hot =
        house
            .publish("sensors/d7/t", "{\"temperature\":51}", Qos.AT_LEAST_ONCE)
            .toCompletableFuture();
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
    small.create("all", "SELECT * FROM 'x'" + House.LONG_WAY, republish("y"));
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
    house.create("all", "SELECT * FROM 'x'" + House.LONG_WAY, republish("y"));
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

  private static Action republish(String topic) {
    return House.republish(topic);
  }
}
