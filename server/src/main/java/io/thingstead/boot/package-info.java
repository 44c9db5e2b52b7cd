/** The only wiring, by constructors: read it first. */
@NullMarked
package io.thingstead.boot;

import org.jspecify.annotations.NullMarked;
