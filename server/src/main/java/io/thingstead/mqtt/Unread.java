package io.thingstead.mqtt;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the memory for packets that have not arrived whole, of all clients together: a packet may
 * be large, and whoever sends half of one may take as long as the keep alive lets it. Any thread
 * may use it.
 */
public final class Unread {
  /** Part of the memory that Java may use which it may take. */
  private static final int PART = 4;

  private final long bytesMax;
  private final AtomicLong bytes = new AtomicLong();

  /**
   * @param bytesMax in memory at one time
   */
  Unread(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /**
   * A quarter of what the heap may grow to, which is also the bound of the memory beside it, unless
   * the command line says otherwise.
   */
  public static Unread ofThisProcess() {
    return new Unread(Runtime.getRuntime().maxMemory() / PART);
  }

  /** Takes so many more; false, and none, when there are not so many. */
  boolean take(int more) {
    if (bytes.addAndGet(more) <= bytesMax) {
      return true;
    }
    bytes.addAndGet(-more);
    return false;
  }

  void giveBack(int some) {
    bytes.addAndGet(-some);
  }

  /** What is taken. */
  long bytes() {
    return bytes.get();
  }

  long bytesMax() {
    return bytesMax;
  }
}
