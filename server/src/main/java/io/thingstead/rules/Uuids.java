package io.thingstead.rules;

import java.util.UUID;
import java.util.random.RandomGenerator;

/** Version 4 UUIDs (RFC 9562 section 5.4) from a given source of randomness. */
final class Uuids {
  private Uuids() {}

  static String next(RandomGenerator random) {
    long high = random.nextLong() & ~0xF000L | 0x4000L;
    long low = random.nextLong() & (-1L >>> 2) | Long.MIN_VALUE;
    return new UUID(high, low).toString();
  }
}
