/** Who is calling: certificates, CAs, access keys; secrets under a master key. */
@NullMarked
package io.thingstead.identity;

import org.jspecify.annotations.NullMarked;
