package io.thingstead.broker;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The MQTT 5 properties that travel with a message from publisher to subscribers.
 *
 * @param utf8 the payload format indicator: the payload is UTF-8 text; null when not given
 * @param userProperties in the publisher's order
 */
public record MessageProperties(
    @Nullable Boolean utf8,
    @Nullable String contentType,
    @Nullable String responseTopic,
    byte @Nullable [] correlationData,
    List<UserProperty> userProperties) {
  public static final MessageProperties NONE =
      new MessageProperties(null, null, null, null, List.of());

  /** One name and value; names may repeat. */
  public record UserProperty(String name, String value) {}
}
