/** Who is connected and who was lately: life-cycle events, and what the connection API tells. */
@NullMarked
package io.thingstead.presence;

import org.jspecify.annotations.NullMarked;
