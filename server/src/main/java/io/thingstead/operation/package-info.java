/** The operations of the API, bound to the features that answer them. */
@NullMarked
package io.thingstead.operation;

import org.jspecify.annotations.NullMarked;
