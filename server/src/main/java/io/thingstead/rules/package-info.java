/** Rules: kept, matched by the broker, evaluated, and their actions run until they are done. */
@NullMarked
package io.thingstead.rules;

import org.jspecify.annotations.NullMarked;
