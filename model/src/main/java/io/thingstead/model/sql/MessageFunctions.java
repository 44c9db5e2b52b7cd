package io.thingstead.model.sql;

import io.thingstead.model.sql.Input.Properties;
import io.thingstead.model.sql.Value.Absent;
import io.thingstead.model.sql.Value.Arr;
import io.thingstead.model.sql.Value.Int;
import io.thingstead.model.sql.Value.Obj;
import io.thingstead.model.sql.Value.Text;
import java.math.BigDecimal;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a message says of itself beside its payload. */
final class MessageFunctions {
  /** What {@code clientid()} gives for a message that did not come over MQTT. */
  private static final String NO_CLIENT = "n/a";

  static final List<Function> ALL =
      List.of(
          Function.of("topic", 0, 1, MessageFunctions::topic),
          Function.of("timestamp", 0, 0, call -> Int.of(call.input().timestampMillis())),
          Function.of("clientid", 0, 0, call -> new Text(clientId(call.input()))),
          Function.of("accountid", 0, 0, call -> new Text(call.input().accountId())),
          Function.of("principal", 0, 0, call -> text(call.input().principal())),
          Function.of("traceid", 0, 0, call -> text(call.input().traceId())),
          Function.of("sql_version", 0, 0, call -> new Text(call.version().text())),
          Function.of("sourceip", 0, 0, call -> text(call.input().sourceIp())).since2016(),
          Function.of("get_mqtt_property", MessageFunctions::property).since2016(),
          Function.of("get_user_properties", 0, 1, MessageFunctions::userProperties).since2016());

  private MessageFunctions() {}

  private static String clientId(Input input) {
    return input.clientId() == null ? NO_CLIENT : input.clientId();
  }

  private static Value text(@Nullable String text) {
    return text == null ? Absent.UNDEFINED : new Text(text);
  }

  /** The whole topic, or one level of it, counted from 1. */
  private static Value topic(Arguments call) {
    String topic = call.input().topic();
    if (call.count() == 0) {
      return new Text(topic);
    }
    BigDecimal index = call.floor(0);
    if (index == null || index.signum() <= 0) {
      return Absent.UNDEFINED;
    }
    if (index.compareTo(BigDecimal.valueOf(topic.length() + 1L)) > 0) {
      return Absent.UNDEFINED;
    }
    int start = 0;
    for (int level = index.intValueExact(); level > 1; level--) {
      int slash = topic.indexOf('/', start);
      if (slash < 0) {
        return Absent.UNDEFINED;
      }
      start = slash + 1;
    }
    int end = topic.indexOf('/', start);
    return new Text(topic.substring(start, end < 0 ? topic.length() : end));
  }

  private static Value property(Arguments call) {
    if (!(call.value(0) instanceof Text(String name))) {
      return Absent.UNDEFINED;
    }
    Properties properties = call.input().properties();
    return switch (name) {
      case "format_indicator" ->
          new Text(Boolean.TRUE.equals(properties.utf8()) ? "UTF8_DATA" : "UNSPECIFIED_BYTES");
      case "content_type" -> text(properties.contentType());
      case "response_topic" -> text(properties.responseTopic());
      case "correlation_data" ->
          properties.correlationData() == null
              ? Absent.UNDEFINED
              : new Text(Base64.getEncoder().encodeToString(properties.correlationData()));
      default -> Absent.UNDEFINED;
    };
  }

  /** All values of one name, or all pairs, in the order of the message. */
  private static Value userProperties(Arguments call) {
    List<Properties.User> user = call.input().properties().user();
    if (call.count() == 0) {
      return new Arr(
          user.stream()
              .<Value>map(pair -> new Obj(Map.of(pair.name(), new Text(pair.value()))))
              .toList());
    }
    String name = call.text(0);
    List<Value> values =
        user.stream()
            .filter(pair -> pair.name().equals(name))
            .<Value>map(pair -> new Text(pair.value()))
            .toList();
    return values.isEmpty() ? Absent.UNDEFINED : new Arr(values);
  }
}
