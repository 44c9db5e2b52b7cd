package io.thingstead.model.sql;

import io.thingstead.model.sql.Value.Absent;
import io.thingstead.model.sql.Value.Int;
import io.thingstead.model.sql.Value.Text;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a message says of itself beside its payload. */
final class MessageFunctions {
  /** What {@code clientid()} gives for a message that did not come over MQTT. */
  private static final String NO_CLIENT = "n/a";

  static final List<Function> ALL =
      List.of(
          Functions.of("topic", MessageFunctions::topic),
          Functions.of(
              "timestamp",
              call ->
                  call.count() == 0 ? Int.of(call.input().timestampMillis()) : Absent.UNDEFINED),
          Functions.of("clientid", call -> constant(call, clientId(call.input()))));

  private MessageFunctions() {}

  private static String clientId(Input input) {
    return input.clientId() == null ? NO_CLIENT : input.clientId();
  }

  /** A text that takes no argument to tell. */
  private static Value constant(Arguments call, @Nullable String text) {
    return call.count() == 0 && text != null ? new Text(text) : Absent.UNDEFINED;
  }

  /** The whole topic, or one level of it, counted from 1. */
  private static Value topic(Arguments call) {
    String topic = call.input().topic();
    if (call.count() == 0) {
      return new Text(topic);
    }
    BigDecimal index = call.floor(0);
    if (call.count() > 1 || index == null || index.signum() <= 0) {
      return Absent.UNDEFINED;
    }
    String[] levels = topic.split("/", -1);
    return index.compareTo(BigDecimal.valueOf(levels.length)) <= 0
        ? new Text(levels[index.intValueExact() - 1])
        : Absent.UNDEFINED;
  }
}
