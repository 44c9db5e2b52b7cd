/** Things, their types and the principals attached to them. */
@NullMarked
package io.thingstead.registry;

import org.jspecify.annotations.NullMarked;
