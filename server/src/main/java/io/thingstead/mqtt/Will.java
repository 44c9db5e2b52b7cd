package io.thingstead.mqtt;

import io.thingstead.broker.MessageProperties;
import io.thingstead.broker.Qos;

/**
 * The message a client leaves to be published when its connection is lost.
 *
 * @param topic not empty, without wildcards
 * @param delaySeconds how long to wait for the client to come back, 0 to 4294967295
 * @param expirySeconds lifetime of the message from when it is published, or -1 for ever
 */
public record Will(
    String topic,
    byte[] payload,
    Qos qos,
    boolean retain,
    long delaySeconds,
    long expirySeconds,
    MessageProperties properties) {}
