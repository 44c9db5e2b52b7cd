package io.thingstead.mqtt;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.thingstead.account.Rate;
import io.thingstead.account.Rates;
import io.thingstead.model.Limits;
import org.jspecify.annotations.Nullable;

/**
 * How fast one client may publish. Who is too fast is read no further until what it took too much
 * has been made up for, so that TCP slows it down; what it publishes too much after some time of
 * that is refused. Too many bytes only slow it down. On the connection's lane.
 */
final class Pace {
  private final Connection connection;
  private final @Nullable Rate messages;
  private final @Nullable Rate bytes;
  private final @Nullable Rate ofAccount;
  private final long slowedMillis;

  /** Since when it has been too fast without a second of rest; -1 when it is not. */
  private long tooFastSince = -1;

  private boolean holding;

  private Pace(
      Connection connection,
      @Nullable Rate messages,
      @Nullable Rate bytes,
      @Nullable Rate ofAccount,
      long slowedMillis) {
    this.connection = connection;
    this.messages = messages;
    this.bytes = bytes;
    this.ofAccount = ofAccount;
    this.slowedMillis = slowedMillis;
  }

  /** The pace of a new connection; null when nothing limits it, so that nothing is counted. */
  static @Nullable Pace of(Connection connection, Limits.Messages limits, Rates rates) {
    Rate messages = Rate.of(limits.publishesPerSecond());
    Rate bytes = Rate.of(limits.bytesPerSecond());
    return messages == null && bytes == null && rates.in() == null
        ? null
        : new Pace(connection, messages, bytes, rates.in(), limits.slowedSeconds() * 1000L);
  }

  /** Whether reading waits for it. */
  boolean holding() {
    return holding;
  }

  /**
   * Counts a publish.
   *
   * @return null when it may go on, else which limit it exceeds
   */
  @Nullable String exceeds(Publish packet) {
    long now = connection.lane().nowMillis();
    if (tooFastSince >= 0 && rested(messages, now) && rested(ofAccount, now)) {
      tooFastSince = -1;
    }
    boolean refuses = slowedMillis == 0 || tooFastSince >= 0 && now - tooFastSince >= slowedMillis;
    long ofBytes =
        bytes == null ? 0 : bytes.owe(now, packet.payloadLength() + packet.topicLength());
    long own = count(messages, now, refuses);
    long shared = own > 0 && refuses ? 0 : count(ofAccount, now, refuses);
    String exceeded = own > 0 ? "messages.publishesPerSecond" : "messages.inPerSecond";
    if (own > 0 || shared > 0) {
      if (refuses) {
        return exceeded;
      }
      tooFastSince = tooFastSince < 0 ? now : tooFastSince;
    }
    long wait = Math.max(ofBytes, Math.max(own, shared));
    if (wait > 0) {
      hold(wait, wait > Math.max(own, shared) ? "messages.bytesPerSecond" : exceeded);
    }
    return null;
  }

  private static boolean rested(@Nullable Rate rate, long now) {
    return rate == null || rate.isFull(now);
  }

  private static long count(@Nullable Rate rate, long now, boolean refuses) {
    if (rate == null) {
      return 0;
    }
    return refuses ? rate.take(now, 1) : rate.owe(now, 1);
  }

  private void hold(long millis, String limit) {
    if (!holding) {
      holding = true;
      connection.slowed(limit);
      connection.pause();
      var _ = connection.channel().eventLoop().schedule(this::goOn, millis, MILLISECONDS);
    }
  }

  private void goOn() {
    holding = false;
    connection.resume();
  }
}
