/** MQTT packets, their codec, and the protocol state machine of one connection. */
@NullMarked
package io.thingstead.mqtt;

import org.jspecify.annotations.NullMarked;
