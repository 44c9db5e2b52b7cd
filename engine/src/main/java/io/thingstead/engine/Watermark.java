package io.thingstead.engine;

import java.util.function.LongSupplier;

/**
 * Says whether the disk has room for new commands: no when free space falls below one mark, yes
 * again when it rises above a higher one.
 */
final class Watermark {
  private static final System.Logger LOG = System.getLogger(Watermark.class.getName());

  private final LongSupplier freeBytes;
  private final long low;
  private final long high;
  private volatile boolean accepting = true;

  Watermark(LongSupplier freeBytes, long low, long high) {
    this.freeBytes = freeBytes;
    this.low = low;
    this.high = high;
  }

  boolean accepting() {
    return accepting;
  }

  /** Looks at the disk; by one thread. */
  void check() {
    long free = freeBytes.getAsLong();
    if (accepting && free < low) {
      accepting = false;
      LOG.log(
          System.Logger.Level.ERROR,
          "disk space is short: {0} bytes free, less than {1}: changes are refused until {2} are"
              + " free; reads and QoS 0 go on",
          free,
          low,
          high);
    } else if (!accepting && free >= high) {
      accepting = true;
      LOG.log(System.Logger.Level.INFO, "{0} bytes free: changes are accepted again", free);
    }
  }
}
