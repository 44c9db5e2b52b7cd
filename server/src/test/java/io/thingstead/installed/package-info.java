/** The built product, started as a user starts it, met by clients that nobody here wrote. */
@NullMarked
package io.thingstead.installed;

import org.jspecify.annotations.NullMarked;
