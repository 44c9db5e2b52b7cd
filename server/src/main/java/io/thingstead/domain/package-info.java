/** Domain configurations: the host names of an account, and which rules hold at each. */
@NullMarked
package io.thingstead.domain;

import org.jspecify.annotations.NullMarked;
