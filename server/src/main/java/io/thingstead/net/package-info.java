/** Ports, TLS, SNI, ALPN and first-byte detection. */
@NullMarked
package io.thingstead.net;

import org.jspecify.annotations.NullMarked;
