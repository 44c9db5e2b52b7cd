/** From caller and action to allowed or denied, and why. */
@NullMarked
package io.thingstead.authorize;

import org.jspecify.annotations.NullMarked;
