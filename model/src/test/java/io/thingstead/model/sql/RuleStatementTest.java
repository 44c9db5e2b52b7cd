package io.thingstead.model.sql;

import static io.thingstead.model.sql.Messages.NOW;
import static io.thingstead.model.sql.Messages.json;
import static io.thingstead.model.sql.Messages.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.model.topic.TopicFilter;
import org.junit.jupiter.api.Test;

class RuleStatementTest {
  private final RuleStatement hot =
      RuleStatement.parse(
          "SELECT temperature, topic(2) AS device, timestamp() AS ts"
              + " FROM 'sensors/+/t' WHERE temperature > 50",
          "2016-03-23");

  @Test
  void warmMessageGivesDeviceAndTime() {
    assertThat(hot.from()).isEqualTo(new TopicFilter("sensors/+/t"));
    assertThat(text(hot.evaluate(json("sensors/d7/t", "{\"temperature\":50.5,\"x\":[1,{}]}"))))
        .isEqualTo("{\"temperature\":50.5,\"device\":\"d7\",\"ts\":" + NOW + "}");
  }

  @Test
  void whatAsksNobodyAndTakesLittleTimeIsQuick() {
    assertThat(hot.isQuick()).isTrue();
    assertThat(hot.template("alarms/${topic(2)}/${x}").isQuick()).isTrue();
    for (String slow :
        new String[] {
          "regexp_matches(topic(), '(a+)+b')",
          "aws_lambda('f', *)",
          "traceid() = 'x'",
          "sourceip() = 'x'",
          "replace(a, 'a', 'aaaa') = 'x'",
          "CASE a WHEN newuuid() THEN TRUE END",
          "(SELECT VALUE b FROM a) = 1",
          "a = 1" + " OR a = 1".repeat(20)
        }) {
      assertThat(RuleStatement.parse("SELECT * FROM 'x' WHERE " + slow, "2016-03-23").isQuick())
          .as(slow)
          .isFalse();
      assertThat(RuleStatement.parse("SELECT " + slow + " AS a FROM 'x'", "2016-03-23").isQuick())
          .as(slow)
          .isFalse();
      assertThat(hot.template("alarms/${" + slow + "}").isQuick()).as(slow).isFalse();
    }
    assertThat(
            RuleStatement.parse("SET @a = md5(b) SELECT @a AS a FROM 'x'", "2016-03-23").isQuick())
        .isFalse();
  }

  @Test
  void levelsOfTheTopicAreCountedFromOne() {
    RuleStatement levels =
        RuleStatement.parse(
            "SELECT topic(0) AS n, topic(1) AS a, topic(2) AS b, topic(3) AS c, topic(4) AS d,"
                + " topic(5) AS e FROM '#'",
            "2016-03-23");
    assertThat(text(levels.evaluate(json("/one//", "{}"))))
        .isEqualTo("{\"a\":\"\",\"b\":\"one\",\"c\":\"\",\"d\":\"\"}");
    assertThat(text(levels.evaluate(json("one", "not json")))).isEqualTo("{\"a\":\"one\"}");
  }

  @Test
  void coldMessageDoesNotMatch() {
    assertThat(hot.evaluate(json("sensors/d7/t", "{\"temperature\":50}")))
        .isEqualTo(new Outcome.NoMatch());
    assertThat(hot.evaluate(json("sensors/d7/t", "not json"))).isEqualTo(new Outcome.NoMatch());
  }
}
