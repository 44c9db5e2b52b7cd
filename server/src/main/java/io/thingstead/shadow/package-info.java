/** The shadow store, its topics and its API face; the algebra is in {@code model.shadow}. */
@NullMarked
package io.thingstead.shadow;

import org.jspecify.annotations.NullMarked;
