/** Settings: every key with its default and meaning, read from file, environment and flags. */
@NullMarked
package io.thingstead.config;

import org.jspecify.annotations.NullMarked;
