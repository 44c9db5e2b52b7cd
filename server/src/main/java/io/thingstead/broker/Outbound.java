package io.thingstead.broker;

import static java.util.Objects.requireNonNull;

import io.thingstead.authorize.Authorization;
import io.thingstead.model.Limits;
import io.thingstead.model.topic.Topic;
import io.thingstead.model.topic.TopicFilter;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Messages on their way to one client: those in flight, those that wait for room in the window or
 * the connection, and (in a {@link Spool}) those of a durable session, which survive the connection
 * and the server.
 */
final class Outbound {
  /** Messages that a session without durability may have waiting. */
  static final int WAITING_MAX = 10_000;

  /** And their bytes. */
  static final int WAITING_BYTES_MAX = 4 << 20;

  private final Session session;
  private final ArrayDeque<Stored> ready = new ArrayDeque<>(1);
  private int readyBytes;
  private Window window = new Window(1, null);
  private @Nullable Retries retries;
  private @Nullable Outflow flow;
  private @Nullable Spool spool;
  private @Nullable Directs directs;
  private @Nullable Shares shares;
  private boolean pumping;
  private long dropped;

  /** It did not take its messages, so its connection is about to be closed. */
  private boolean tooSlow;

  /** Retained messages that new subscriptions have still to get. */
  private @Nullable RetainedFeed retained;

  Outbound(Session session) {
    this.session = session;
  }

  Window window() {
    return window;
  }

  /** The durable part; made when first needed. */
  Spool spool() {
    Spool made = spool;
    if (made == null) {
      made = new Spool(session, this);
      spool = made;
    }
    return made;
  }

  /** Messages that come past all queues; made when first needed. */
  Directs directs() {
    Directs made = directs;
    if (made == null) {
      made = new Directs(session);
      directs = made;
    }
    return made;
  }

  /** What it takes as a member of shared groups; made when first needed. */
  Shares shares() {
    Shares made = shares;
    if (made == null) {
      made = new Shares(session, this);
      shares = made;
    }
    return made;
  }

  /** Messages that wait for the client. */
  long queued() {
    return session.durable() ? spool().queued() : ready.size();
  }

  /** Messages of QoS 0 that the client was too slow for since it connected. */
  long dropped() {
    return dropped;
  }

  private Lane lane() {
    return session.lane();
  }

  void online(int windowMax, Limits limits) {
    dropped = 0;
    Window was = window;
    if (retries == null) {
      retries = Retries.of(session, limits.messages());
    }
    window = new Window(windowMax, retries);
    flow = Outflow.of(session, limits, session.durable() ? spool().tail() : 0);
    if (session.durable()) {
      spool().online(was, window);
    }
    if (retries != null) {
      retries.watch();
    }
  }

  /** Whether the client takes a message now, and may. */
  boolean takes(Target to) {
    return to.writable() && (flow == null || flow.open());
  }

  /** Writes the lane's outgoing message; false when it is too large for the client. */
  private boolean put(Target to, Outgoing message, int flags, int id, int[] ids, boolean many) {
    if (!message.write(to, flags, id, ids, many)) {
      return false;
    }
    if (flow != null) {
      flow.sent(message.countedBytes());
    }
    return true;
  }

  private void dropped(@Nullable Target to) {
    dropped++;
    session.broker().dropped(session);
    if (flow != null && to != null && to.writable()) {
      flow.dropped();
    }
  }

  void offline() {
    if (shares != null) {
      shares.giveBack();
    }
    if (directs != null) {
      directs.offline();
    }
    if (session.durable()) {
      spool().offline(ready);
    }
    ready.clear();
    readyBytes = 0;
    if (retained != null && !session.durable()) {
      retained.clear();
    }
  }

  /** Takes the lane's outgoing message for the client. */
  void offer(Outgoing message, Delivery delivery, boolean many) {
    if (delivery.group != null && message.qos != Qos.AT_MOST_ONCE) {
      shares().offer(message, delivery, delivery.group);
      return;
    }
    Target to = session.target();
    Authorization authorization = session.authorization();
    if (authorization != null && !delivery.mayReceive(authorization, message.topic)) {
      session.broker().counters().notReceivable.increment();
      return;
    }
    Qos qos = message.qos.min(delivery.qos);
    boolean retain = message.retain && delivery.retainAsPublished;
    if (qos == Qos.AT_MOST_ONCE) {
      if (to != null && takes(to)) {
        if (!put(to, message, Outgoing.flags(qos, retain, false), 0, delivery.ids, many)) {
          tooLarge(0, null);
        }
      } else {
        dropped(to);
      }
    } else if (session.durable()) {
      if (!message.passing) {
        spool().offer(message, delivery, qos, retain, many);
      }
    } else if (to != null && !sendNow(message, qos, retain, delivery.ids, many, null)) {
      waitFor(Stored.of(message, 0, qos, retain, delivery.ids));
    }
  }

  /**
   * Sends the lane's outgoing message if nothing waits and there is room.
   *
   * @param kept the message of a durable session
   */
  boolean sendNow(
      Outgoing message, Qos qos, boolean retain, int[] ids, boolean many, @Nullable Stored kept) {
    Target to = session.target();
    if (to == null || !ready.isEmpty() || !to.writable() || (flow != null && !flow.openOrLater())) {
      return false;
    }
    if (qos == Qos.AT_MOST_ONCE) {
      // A member of a shared group that wants no more: sent is taken.
      put(to, message, Outgoing.flags(qos, retain, false), 0, ids, many);
      done(kept);
      return true;
    }
    Window.State state = qos == Qos.AT_LEAST_ONCE ? Window.State.PUBACK : Window.State.PUBREC;
    int id = window.take(state, kept);
    if (id == 0) {
      return false;
    }
    if (!put(to, message, Outgoing.flags(qos, retain, false), id, ids, many)) {
      tooLarge(id, kept);
    }
    return true;
  }

  private void tooLarge(int id, @Nullable Stored kept) {
    session.broker().counters().tooLarge.increment();
    if (id != 0) {
      window.free(id);
    }
    done(kept);
  }

  /** The client has it, or never will. */
  private void done(@Nullable Stored message) {
    if (message == null) {
      return;
    }
    if (message.lease != null) {
      Leases.done(lane(), message);
    } else if (session.durable()) {
      spool().taken(message);
    }
  }

  /** Takes a kept message for a session without durability. */
  void direct(Stored message) {
    Target to = session.target();
    if (to == null) {
      return;
    }
    if (message.qos != Qos.AT_MOST_ONCE) {
      waitFor(message);
      pump();
    } else if (takes(to)) {
      write(to, message, 0, false);
    } else {
      dropped(to);
    }
  }

  private void waitFor(Stored message) {
    if (tooSlow) {
      return;
    }
    if (ready.size() >= WAITING_MAX || readyBytes + message.bytes() > WAITING_BYTES_MAX) {
      tooSlow = true;
      session.broker().tooSlow(session);
      // Not now: its will would be routed in the midst of this message, as the lane has but one.
      Target slow = session.target();
      lane()
          .loop()
          .execute(
              () -> {
                if (slow != null && slow.equals(session.target())) {
                  session.broker().close(session, Closing.TOO_SLOW);
                }
              });
      return;
    }
    ready(message);
  }

  void ready(Stored message) {
    ready.add(message);
    readyBytes += message.bytes();
  }

  int readyCount() {
    return ready.size();
  }

  int readyBytes() {
    return readyBytes;
  }

  void again(Stored message) {
    ready.addFirst(message);
    readyBytes += message.bytes();
  }

  /** Sends what there is room for. */
  void pump() {
    if (pumping) {
      return;
    }
    pumping = true;
    if (directs != null) {
      directs.pump();
    }
    Target to = session.target();
    while (to != null && to.writable()) {
      Stored next = ready.peek();
      if (next == null || window.spent() || (flow != null && !flow.openOrLater(next))) {
        break;
      }
      int known = spool == null ? 0 : spool.resent(next);
      if (known == 0 && (window.full() || (spool != null && spool.holdsBack()))) {
        break;
      }
      ready.poll();
      readyBytes -= next.bytes();
      if (flow != null) {
        flow.takes(next);
      }
      if (known != 0 && retries != null && retries.over(known)) {
        giveUp(known);
      } else if (known != 0) {
        write(to, next, known, true);
      } else if (wanted(next)) {
        send(to, next);
      } else if (session.durable()) {
        spool().taken(next);
      }
    }
    RetainedFeed feed = retained;
    if (feed != null) {
      feed.pump();
      if (feed.isEmpty()) {
        retained = null;
      }
    }
    pumping = false;
    if (to != null && ready.isEmpty()) {
      if (spool != null) {
        spool.fetch();
      }
      if (shares != null && to.writable() && !window.full()) {
        shares.wake();
      }
    }
  }

  private boolean wanted(Stored message) {
    if (message.expired(lane().nowMillis())) {
      session.broker().counters().messagesExpired.increment();
      return false;
    }
    return mayReceive(message.topic.topic().text());
  }

  boolean mayReceive(String topic) {
    Authorization authorization = session.authorization();
    return authorization != null && authorization.receive(topic).allowed();
  }

  private void send(Target to, Stored message) {
    if (message.qos == Qos.AT_LEAST_ONCE) {
      write(to, message, window.take(Window.State.PUBACK, message), false);
    } else if (session.durable()) {
      spool().commitId(message, window.take(Window.State.COMMIT, message));
    } else {
      write(to, message, window.take(Window.State.PUBREC, message), false);
    }
  }

  /** Sends a kept message under an id of the window. */
  void write(Target to, Stored message, int id, boolean dup) {
    Outgoing out = lane().replay(message);
    int flags = Outgoing.flags(message.qos, message.retain, dup);
    if (!put(to, out, flags, id, message.subscriptionIds, false)) {
      tooLarge(id, message);
    }
  }

  /** Sends the retained messages that a new subscription matches, as there is room. */
  void retained(TopicFilter filter, Qos qos, int subscriptionId) {
    if (session.broker().retainedCount() == 0) {
      return;
    }
    RetainedFeed feed = retained;
    if (feed == null) {
      feed = new RetainedFeed(session);
      retained = feed;
    }
    feed.add(filter, qos, subscriptionId);
    pump();
  }

  /** A subscription is over: what is retained for it is not sent any more. */
  void unsubscribed(TopicFilter filter) {
    if (retained != null) {
      retained.remove(filter);
    }
  }

  /** Whether the client has room for a retained message; {@link #pump} is called when it has. */
  boolean takesRetained() {
    Target to = session.target();
    return to != null && to.writable() && ready.isEmpty();
  }

  /**
   * Sends a retained message to a client that has room for it, unless its policies forbid it.
   *
   * @return false when it may not be sent so soon; then {@link #pump} is called when it may
   */
  boolean sendRetained(RetainedMessage message, Qos most, int[] ids) {
    Target to = session.target();
    if (to == null || !mayReceive(message.topic())) {
      return true;
    }
    if (flow != null && !flow.openOrLater()) {
      return false;
    }
    TopicEntry topic = session.broker().router().entry(new Topic(message.topic()));
    Outgoing out = lane().replay(topic, message);
    Qos qos = message.qos().min(most);
    if (qos == Qos.AT_MOST_ONCE) {
      if (!put(to, out, Outgoing.flags(qos, true, false), 0, ids, false)) {
        tooLarge(0, null);
      }
    } else if (session.durable()) {
      spool().offerRetained(out, qos, ids);
    } else if (!sendNow(out, qos, true, ids, false, null)) {
      waitFor(Stored.of(out, 0, qos, true, ids));
    }
    return true;
  }

  void acknowledged(int id) {
    if (window.state(id) != Window.State.PUBACK) {
      return;
    }
    free(id);
    if (directs != null) {
      directs.acknowledged(id);
    }
    pump();
  }

  /** Nobody waits any longer for the acknowledgement of a QoS 1 message that was sent. */
  void giveUp(int id) {
    Stored message = window.message(id);
    if (window.state(id) == Window.State.PUBACK && (message == null || !message.isSlim())) {
      requireNonNull(retries).gaveUp();
      free(id);
      if (directs != null) {
        directs.gaveUp(id);
      }
      pump();
    }
  }

  private void free(int id) {
    Stored message = window.message(id);
    window.free(id);
    done(message);
  }

  boolean received(int id, boolean failed) {
    switch (window.state(id)) {
      case FREE, PUBACK, COMMIT -> {
        return false;
      }
      case PUBREC -> {
        if (failed) {
          free(id);
          pump();
        } else {
          // From here on only its id is remembered: the message is not sent again.
          window.move(id, Window.State.PUBCOMP);
          done(window.message(id));
          release(id);
        }
      }
      case PUBCOMP -> release(id);
    }
    return true;
  }

  private void release(int id) {
    if (session.durable()) {
      spool().commitRelease(id);
      return;
    }
    Target to = session.target();
    if (to != null) {
      to.release(id);
    }
  }

  void completed(int id) {
    if (window.state(id) == Window.State.PUBCOMP) {
      window.free(id);
      if (spool != null) {
        spool.progressed();
      }
      pump();
    }
  }
}
