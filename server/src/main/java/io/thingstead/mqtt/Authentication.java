package io.thingstead.mqtt;

import org.jspecify.annotations.Nullable;

/** Extended authentication of MQTT 5, section 4.12: the method's name and its data, if any. */
public record Authentication(String method, byte @Nullable [] data) {}
