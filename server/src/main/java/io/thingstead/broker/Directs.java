package io.thingstead.broker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Messages for one client that came past all subscriptions and queues: they need an acknowledgement
 * of the client that is connected now, and nothing of them is kept. On the session's lane.
 */
final class Directs {
  /** Messages that may wait for room in the client's window or connection. */
  static final int WAITING_MAX = 100;

  private final Session session;
  private final ArrayDeque<Direct> waiting = new ArrayDeque<>();
  private final Map<Integer, Direct> unacknowledged = new HashMap<>();

  Directs(Session session) {
    this.session = session;
  }

  /** One message and who waits for its acknowledgement. */
  private static final class Direct {
    private final Stored message;
    private final Consumer<DirectOutcome> to;
    private boolean over;

    Direct(Stored message, Consumer<DirectOutcome> to) {
      this.message = message;
      this.to = to;
    }

    void end(DirectOutcome outcome) {
      if (!over) {
        over = true;
        to.accept(outcome);
      }
    }
  }

  /**
   * Sends a message of QoS 1 as soon as there is room for it.
   *
   * @param seconds after which an acknowledgement is not waited for any longer
   * @param to hears what became of it, once
   */
  void send(Stored message, int seconds, Consumer<DirectOutcome> to) {
    if (waiting.size() >= WAITING_MAX) {
      to.accept(DirectOutcome.BUSY);
      return;
    }
    Direct direct = new Direct(message, to);
    Lane lane = session.lane();
    lane.wheel()
        .at(lane.nowMillis() + seconds * 1000L, () -> direct.end(DirectOutcome.UNCONFIRMED));
    waiting.add(direct);
    pump();
  }

  /** Sends what there is room for. */
  void pump() {
    Window window = session.outbound().window();
    Target to = session.target();
    while (to != null && to.writable() && !waiting.isEmpty()) {
      if (waiting.peek().over) {
        waiting.remove();
        continue;
      }
      int id = window.take(Window.State.PUBACK, null);
      if (id == 0) {
        return;
      }
      Direct direct = waiting.remove();
      int flags = Outgoing.flags(Qos.AT_LEAST_ONCE, false, false);
      Outgoing out = session.lane().replay(direct.message);
      if (out.write(to, flags, id, Delivery.NO_IDS, false)) {
        unacknowledged.put(id, direct);
      } else {
        window.free(id);
        direct.end(DirectOutcome.TOO_LARGE);
      }
    }
  }

  /** The client acknowledged a packet id. */
  void acknowledged(int id) {
    Direct direct = unacknowledged.remove(id);
    if (direct != null) {
      direct.end(DirectOutcome.DONE);
    }
  }

  /** Nobody waits for the acknowledgement of a packet id any longer. */
  void gaveUp(int id) {
    Direct direct = unacknowledged.remove(id);
    if (direct != null) {
      direct.end(DirectOutcome.UNCONFIRMED);
    }
  }

  /** The connection is over, so nothing more is acknowledged. */
  void offline() {
    List<Direct> lost = new ArrayList<>(unacknowledged.values());
    lost.addAll(waiting);
    unacknowledged.clear();
    waiting.clear();
    lost.forEach(direct -> direct.end(DirectOutcome.UNCONFIRMED));
  }
}
