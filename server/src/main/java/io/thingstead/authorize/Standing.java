package io.thingstead.authorize;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one connection's rights come from at the moment.
 *
 * @param thing what it speaks for, or null
 * @param groups ARNs of the thing groups that the thing is in, and of those above them
 * @param policies those of the principal and of these groups
 */
record Standing(@Nullable ConnectedThing thing, List<String> groups, PolicyGroup policies) {}
