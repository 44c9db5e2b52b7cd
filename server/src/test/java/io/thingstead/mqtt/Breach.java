package io.thingstead.mqtt;

import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A quota of an account and its breach.
 *
 * @param more other quotas that have to be out of the way
 * @param v5 what a client of MQTT 5 is told
 * @param v3 what one of 3.1.1 is told; null if there is nothing that it could do
 */
record Breach(
    String quota, long value, Map<String, Long> more, Deed deed, String v5, @Nullable String v3) {
  /** What a client does and is told. */
  interface Deed {
    String of(Attempts attempts, Version version) throws IOException;
  }

  Breach(String quota, long value, Deed deed, String v5, @Nullable String v3) {
    this(quota, value, Map.of(), deed, v5, v3);
  }

  /** Whether the client is only told what it gets instead. */
  boolean adjusts() {
    return v5.startsWith("expiry");
  }

  @Override
  public String toString() {
    return quota;
  }
}
