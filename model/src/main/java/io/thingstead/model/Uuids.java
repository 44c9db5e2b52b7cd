package io.thingstead.model;

import java.util.UUID;
import java.util.random.RandomGenerator;

/** Version 4 UUIDs (RFC 9562 section 5.4) from a given source of randomness. */
public final class Uuids {
  private static final long VERSION_MASK = 0xF000L;
  private static final long VERSION_4 = 0x4000L;
  private static final long VARIANT_MASK = 0xC000_0000_0000_0000L;
  private static final long VARIANT_RFC = 0x8000_0000_0000_0000L;

  private Uuids() {}

  public static String next(RandomGenerator random) {
    long high = (random.nextLong() & ~VERSION_MASK) | VERSION_4;
    long low = (random.nextLong() & ~VARIANT_MASK) | VARIANT_RFC;
    return new UUID(high, low).toString();
  }
}
