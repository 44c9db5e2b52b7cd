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
  void coldMessageDoesNotMatch() {
    assertThat(hot.evaluate(json("sensors/d7/t", "{\"temperature\":50}")))
        .isEqualTo(new Outcome.NoMatch());
    assertThat(hot.evaluate(json("sensors/d7/t", "not json"))).isEqualTo(new Outcome.NoMatch());
  }
}
