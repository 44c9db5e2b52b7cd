package io.thingstead.provision;

/**
 * Who holds the token may provision the device of this certificate until then.
 *
 * @param expiresMillis epoch milliseconds
 */
record TokenRow(String certificateId, long expiresMillis) {}
