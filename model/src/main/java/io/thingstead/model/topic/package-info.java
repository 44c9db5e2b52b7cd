/** MQTT topic names and filters. */
@NullMarked
package io.thingstead.model.topic;

import org.jspecify.annotations.NullMarked;
