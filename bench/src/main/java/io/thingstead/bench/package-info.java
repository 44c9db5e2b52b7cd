/** Measurements: never shipped. */
@NullMarked
package io.thingstead.bench;

import org.jspecify.annotations.NullMarked;
