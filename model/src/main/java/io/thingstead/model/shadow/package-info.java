/** The shadow algebra: requests, merge, metadata, delta and the documents that tell of them. */
@NullMarked
package io.thingstead.model.shadow;

import org.jspecify.annotations.NullMarked;
