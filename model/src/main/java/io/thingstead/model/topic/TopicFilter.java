package io.thingstead.model.topic;

/**
 * A valid MQTT topic filter. Holding one proves that its wildcards stand where they may
 * [MQTT-4.7.1].
 *
 * @param text the filter as the client wrote it, without any {@code $share/NAME/} in front
 */
public record TopicFilter(String text) {}
