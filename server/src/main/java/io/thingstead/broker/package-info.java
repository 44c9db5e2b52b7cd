/** From topic to deliveries: sessions, queues, windows, retained messages, wills. */
@NullMarked
package io.thingstead.broker;

import org.jspecify.annotations.NullMarked;
