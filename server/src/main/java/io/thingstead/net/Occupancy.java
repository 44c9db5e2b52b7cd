package io.thingstead.net;

import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** How many connections are open, in all and from each address. Any thread may use it. */
final class Occupancy {
  private final NetLimits limits;
  private final AtomicInteger total = new AtomicInteger();
  private final ConcurrentHashMap<InetAddress, Integer> byAddress = new ConcurrentHashMap<>();

  Occupancy(NetLimits limits) {
    this.limits = limits;
  }

  /** Whether there is room; whatever the answer, {@link #leave} undoes it. */
  boolean enter(InetAddress address) {
    boolean room = total.incrementAndGet() <= limits.connections();
    return byAddress.merge(address, 1, Integer::sum) <= limits.connectionsPerAddress() && room;
  }

  void leave(InetAddress address) {
    total.decrementAndGet();
    byAddress.computeIfPresent(address, (_, count) -> count == 1 ? null : count - 1);
  }

  /** Whether the total is what is exceeded. */
  boolean full() {
    return total.get() > limits.connections();
  }

  int total() {
    return total.get();
  }
}
