package io.thingstead.event;

import java.net.InetAddress;

/** From where what a thread does for a stranger is asked, for code that is not told. */
public final class Whence {
  private static final ScopedValue<InetAddress> FROM = ScopedValue.newInstance();

  private Whence() {}

  /** Does what is asked from an address. */
  public static void run(InetAddress from, Runnable work) {
    ScopedValue.where(FROM, from).run(work);
  }

  /** The address, or empty when nobody asks. */
  public static String text() {
    return FROM.isBound() ? FROM.get().getHostAddress() : "";
  }
}
