/** Shapes generated from the published service models. */
@org.jspecify.annotations.NullMarked
package io.thingstead.api;
