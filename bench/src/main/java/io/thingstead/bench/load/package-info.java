/** An MQTT load generator: one thread, closed loop or fixed rate, broker CPU read from /proc. */
@NullMarked
package io.thingstead.bench.load;

import org.jspecify.annotations.NullMarked;
