/** The neutral shape table, the values that fit it, and the protocols that put them on the wire. */
@NullMarked
package io.thingstead.api;

import org.jspecify.annotations.NullMarked;
