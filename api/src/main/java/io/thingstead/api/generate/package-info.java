/** Generates the Java shapes and the tables from the published service models, at build time. */
@NullMarked
package io.thingstead.api.generate;

import org.jspecify.annotations.NullMarked;
