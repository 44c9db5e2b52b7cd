/** How devices and their certificates come to be without an operator at hand. */
@NullMarked
package io.thingstead.provision;

import org.jspecify.annotations.NullMarked;
