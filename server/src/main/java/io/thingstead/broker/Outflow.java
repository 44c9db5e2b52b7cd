package io.thingstead.broker;

import io.thingstead.account.Rate;
import io.thingstead.model.Limits;
import org.jspecify.annotations.Nullable;

/**
 * How fast one client may be sent to, over one connection. What is too much waits in its session; a
 * QoS 0 message, which is not kept, is dropped. On the session's lane.
 *
 * <p>Messages that were queued when the client came back have a rate of their own. Later ones of
 * the same queue keep their place behind them, but do not count.
 */
final class Outflow {
  private final Session session;
  private final @Nullable Rate messages;
  private final @Nullable Rate bytes;
  private final @Nullable Rate ofAccount;
  private final @Nullable Rate replays;

  /** Messages of the queue before this number were there when the client came. */
  private final long replaysEnd;

  private String limit = "";
  private long waitMillis;
  private boolean waiting;

  private Outflow(Session session, Limits limits, @Nullable Rate ofAccount, long replaysEnd) {
    this.session = session;
    this.messages = Rate.of(limits.messages().publishesPerSecond());
    this.bytes = Rate.of(limits.messages().bytesPerSecond());
    this.ofAccount = ofAccount;
    this.replays = Rate.of(limits.sessions().replaysPerSecond());
    this.replaysEnd = replaysEnd;
  }

  /**
   * The outflow of a new connection; null when nothing limits it, so that nothing is counted.
   *
   * @param replaysEnd the number that the next message of its queue will have
   */
  static @Nullable Outflow of(Session session, Limits limits, long replaysEnd) {
    Outflow made = new Outflow(session, limits, session.broker().rates().out(), replaysEnd);
    boolean limited =
        made.messages != null
            || made.bytes != null
            || made.ofAccount != null
            || made.replays != null;
    return limited ? made : null;
  }

  /** Whether a message may be sent now. */
  boolean open() {
    waitMillis = 0;
    long now = session.lane().nowMillis();
    look(messages, now, "messages.publishesPerSecond");
    look(bytes, now, "messages.bytesPerSecond");
    look(ofAccount, now, "messages.outPerSecond");
    return waitMillis == 0;
  }

  private void look(@Nullable Rate rate, long now, String name) {
    long wait = rate == null ? 0 : rate.untilOne(now);
    if (wait > waitMillis) {
      waitMillis = wait;
      limit = name;
    }
  }

  /** Whether a message may be sent now; if not, the session goes on as soon as one may. */
  boolean openOrLater() {
    return open() || later();
  }

  /** The same for a message of the session's queue. */
  boolean openOrLater(Stored next) {
    boolean open = open();
    if (next.sequence < replaysEnd) {
      look(replays, session.lane().nowMillis(), "sessions.replaysPerSecond");
      open = waitMillis == 0;
    }
    return open || later();
  }

  private boolean later() {
    if (!waiting) {
      waiting = true;
      session.broker().exceeded(limit, () -> "messages to client " + session.clientId() + " wait");
      Lane lane = session.lane();
      lane.wheel()
          .at(
              lane.nowMillis() + waitMillis,
              () -> {
                waiting = false;
                session.outbound().pump();
              });
    }
    return false;
  }

  /** A message that is not kept was dropped, since {@link #open} said no. */
  void dropped() {
    session
        .broker()
        .exceeded(
            limit, () -> "messages of QoS 0 to client " + session.clientId() + " are dropped");
  }

  /** A message of so many bytes was sent. */
  void sent(int size) {
    long now = session.lane().nowMillis();
    owe(messages, now, 1);
    owe(bytes, now, size);
    owe(ofAccount, now, 1);
  }

  /** A message of the session's queue is on its way. */
  void takes(Stored next) {
    if (next.sequence < replaysEnd) {
      owe(replays, session.lane().nowMillis(), 1);
    }
  }

  private static void owe(@Nullable Rate rate, long now, int amount) {
    if (rate != null) {
      var _ = rate.owe(now, amount);
    }
  }
}
