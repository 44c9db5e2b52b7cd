/** The commands of {@code ./thingstead}. */
@NullMarked
package io.thingstead.cli;

import org.jspecify.annotations.NullMarked;
