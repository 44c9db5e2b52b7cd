package io.thingstead.broker;

import io.thingstead.model.topic.TopicFilter;
import org.jspecify.annotations.Nullable;

/**
 * A subscription that was checked and may be made.
 *
 * @param text what the client wrote, with any {@code $share/NAME/}
 * @param share the name of the shared group, or null
 * @param retained when to send retained messages
 * @param id the MQTT 5 subscription identifier, or 0
 */
public record Subscribing(
    String text,
    TopicFilter filter,
    @Nullable String share,
    Qos qos,
    boolean noLocal,
    boolean retainAsPublished,
    Retained retained,
    int id) {
  /** Retain Handling [MQTT5 3.8.3.1]. */
  public enum Retained {
    SEND,
    SEND_IF_NEW,
    DO_NOT_SEND
  }
}
