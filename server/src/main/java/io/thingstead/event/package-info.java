/** Structured log, audit of refusals, life-cycle events. */
@NullMarked
package io.thingstead.event;

import org.jspecify.annotations.NullMarked;
