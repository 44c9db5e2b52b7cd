package io.thingstead.broker;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;

/** What the broker counts; read at scrape time. */
public final class Counters {
  /** Messages published by clients and by the server. */
  public final LongAdder published = new LongAdder();

  /** Messages sent to clients, each time one was sent to one of them. */
  public final LongAdder delivered = new LongAdder();

  /** Clients that were connected. */
  public final LongAdder connected = new LongAdder();

  /** Bytes that connected clients have sent. */
  public final LongAdder bytesIn = new LongAdder();

  /** Bytes that were sent to them. */
  public final LongAdder bytesOut = new LongAdder();

  /** QoS 0 messages dropped because their receiver was slow. */
  public final LongAdder dropped = new LongAdder();

  /** Messages refused to their publisher because a durable queue was full or the disk is. */
  public final LongAdder overflowed = new LongAdder();

  /** Connections closed because they did not take their messages. */
  public final LongAdder tooSlow = new LongAdder();

  /** Connections closed for want of memory for a packet of which only a part has come. */
  public final LongAdder unfinished = new LongAdder();

  /** Messages larger than what the receiver takes. */
  public final LongAdder tooLarge = new LongAdder();

  /** Messages kept from a subscriber for want of {@code iot:Receive}. */
  public final LongAdder notReceivable = new LongAdder();

  /** Durable sessions ended because nobody came back in time. */
  public final LongAdder expired = new LongAdder();

  /** Messages whose time was over before their receiver got them. */
  public final LongAdder messagesExpired = new LongAdder();

  /** Messages refused, or at QoS 0 dropped, because another lane had too much to do. */
  public final LongAdder congested = new LongAdder();

  private final Map<String, LongAdder> exceeded = new ConcurrentHashMap<>();
  private volatile BiConsumer<String, LongAdder> firstOf = (_, _) -> {};

  Counters() {}

  /** Counts what was refused because a limit of {@code model.Limits} was exceeded, by its name. */
  public void exceeded(String limit) {
    exceeded.computeIfAbsent(limit, this::begin).increment();
  }

  private LongAdder begin(String limit) {
    LongAdder count = new LongAdder();
    firstOf.accept(limit, count);
    return count;
  }

  /** Hears of the count of each limit when it is exceeded for the first time from now on. */
  public void onFirstExceeded(BiConsumer<String, LongAdder> listener) {
    firstOf = listener;
  }
}
