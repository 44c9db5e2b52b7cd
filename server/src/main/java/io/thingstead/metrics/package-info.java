/** Meters and what a scrape of them returns. */
@NullMarked
package io.thingstead.metrics;

import org.jspecify.annotations.NullMarked;
