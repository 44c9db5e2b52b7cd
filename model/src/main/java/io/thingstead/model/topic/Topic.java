package io.thingstead.model.topic;

/**
 * A valid MQTT topic name: not empty, no wildcard, no U+0000.
 *
 * @param text the name as the publisher wrote it
 */
public record Topic(String text) {}
