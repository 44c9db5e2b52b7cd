/** Names, ARNs, errors and limits: pure values that every layer shares. */
@NullMarked
package io.thingstead.model;

import org.jspecify.annotations.NullMarked;
