package io.thingstead.mqtt;

import io.thingstead.broker.MessageProperties;
import java.util.List;

/**
 * The properties of PUBLISH.
 *
 * @param expirySeconds lifetime of the message, 0 to 4294967295, or -1 for ever
 * @param topicAlias 1 to 65535, or 0 when none is given
 * @param subscriptionIdentifiers only from server to client
 * @param message those that travel on to subscribers
 */
public record PublishProperties(
    long expirySeconds,
    int topicAlias,
    List<Integer> subscriptionIdentifiers,
    MessageProperties message) {
  /** No property at all, as in MQTT 3. */
  public static final PublishProperties NONE =
      new PublishProperties(-1, 0, List.of(), MessageProperties.NONE);
}
