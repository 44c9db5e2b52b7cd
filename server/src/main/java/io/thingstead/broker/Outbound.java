package io.thingstead.broker;

import io.thingstead.authorize.Authorization;
import io.thingstead.model.topic.Topic;
import java.util.ArrayDeque;
import java.util.List;
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
  private Window window = new Window(1);
  private @Nullable Spool spool;
  private @Nullable Directs directs;
  private boolean pumping;

  /** A shared group was told that there is no room. */
  private boolean refusedShared;

  /** It did not take its messages, so its connection is about to be closed. */
  private boolean tooSlow;

  /** Topics whose retained messages a new subscription has still to get. */
  private final ArrayDeque<Wanted> retained = new ArrayDeque<>(1);

  private record Wanted(String topic, Qos qos, int[] ids) {}

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

  /** Messages that wait for the client. */
  long queued() {
    return session.durable() ? spool().queued() : ready.size();
  }

  private Lane lane() {
    return session.lane();
  }

  void online(Target to, int windowMax) {
    Window was = window;
    window = new Window(windowMax);
    if (session.durable()) {
      spool().online(was, window);
    }
  }

  void offline() {
    giveBack();
    if (directs != null) {
      directs.offline();
    }
    if (session.durable()) {
      spool().offline(ready);
    }
    ready.clear();
    readyBytes = 0;
    retained.clear();
  }

  /** Shared groups get back what the client has not acknowledged. */
  private void giveBack() {
    for (int id = 1; id <= window.highest(); id++) {
      Stored message = window.message(id);
      if (message != null && message.lease != null) {
        boolean once = message.qos == Qos.EXACTLY_ONCE;
        window.free(id);
        if (once) {
          Leases.done(lane(), message);
        } else {
          Leases.giveBack(lane(), message);
        }
      }
    }
  }

  /** Takes the lane's outgoing message for the client. */
  void offer(Outgoing message, Delivery delivery, boolean many) {
    if (delivery.group != null && message.qos != Qos.AT_MOST_ONCE) {
      offerShared(message, delivery, delivery.group);
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
      if (to != null && to.writable()) {
        if (!message.write(to, Outgoing.flags(qos, retain, false), 0, delivery.ids, many)) {
          tooLarge(0, null);
        }
      } else {
        session.broker().counters().dropped.increment();
      }
    } else if (session.durable()) {
      if (!message.passing) {
        spool().offer(message, delivery, qos, retain, many);
      }
    } else if (to != null && !sendNow(message, qos, retain, delivery.ids, many, null)) {
      waitFor(Stored.of(message, 0, qos, retain, delivery.ids));
    }
  }

  private void offerShared(Outgoing message, Delivery delivery, SharedGroup group) {
    Target to = session.target();
    Authorization authorization = session.authorization();
    boolean may =
        to != null && authorization != null && delivery.mayReceive(authorization, message.topic);
    Qos qos = message.qos.min(delivery.qos);
    boolean retain = message.retain && delivery.retainAsPublished;
    if (may && qos == Qos.EXACTLY_ONCE && session.durable()) {
      spool().offer(message, delivery, qos, retain, false);
      return;
    }
    Stored kept = Stored.of(message, -1, qos, retain, delivery.ids);
    kept.lease = new Lease(group);
    if (may && sendNow(message, qos, retain, delivery.ids, false, kept)) {
      if (kept.lease != null && group.durable()) {
        Receipt receipt = lane().receipt();
        receipt.branch();
        kept.receipt = receipt;
        session.broker().leases(lane()).add(kept);
      }
      return;
    }
    refusedShared |= to != null;
    Stored whole = Stored.of(message, -1, message.qos, message.retain, Delivery.NO_IDS);
    Receipt receipt = lane().receipt();
    receipt.branch();
    lane().send(group.lane(), () -> group.backlog().offer(whole, receipt));
  }

  /** Whether there may be room for a message of a shared group. */
  boolean takesShared(Stored message) {
    Target to = session.target();
    boolean takes =
        to != null
            && ready.isEmpty()
            && to.writable()
            && !window.full()
            && mayReceive(message.topic.topic().text());
    refusedShared |= !takes;
    return takes;
  }

  /**
   * Takes a message of a shared group, if there is room.
   *
   * @return false when the group must give it to somebody else
   */
  boolean takeShared(Stored message) {
    Target to = session.target();
    if (to == null || !takesShared(message)) {
      return false;
    }
    if (message.qos == Qos.AT_MOST_ONCE) {
      write(to, message, 0, false);
      Leases.done(lane(), message);
      return true;
    }
    Window.State state =
        message.qos == Qos.AT_LEAST_ONCE ? Window.State.PUBACK : Window.State.PUBREC;
    int id = window.spent() ? 0 : window.take(state, message);
    if (id == 0) {
      refusedShared = true;
      return false;
    }
    write(to, message, id, false);
    return true;
  }

  /**
   * Sends the lane's outgoing message if nothing waits and there is room.
   *
   * @param kept the message of a durable session
   */
  boolean sendNow(
      Outgoing message, Qos qos, boolean retain, int[] ids, boolean many, @Nullable Stored kept) {
    Target to = session.target();
    if (to == null || !ready.isEmpty() || !to.writable()) {
      return false;
    }
    if (qos == Qos.AT_MOST_ONCE) {
      // A member of a shared group that wants no more: sent is taken.
      message.write(to, Outgoing.flags(qos, retain, false), 0, ids, many);
      done(kept);
      return true;
    }
    Window.State state = qos == Qos.AT_LEAST_ONCE ? Window.State.PUBACK : Window.State.PUBREC;
    int id = window.take(state, kept);
    if (id == 0) {
      return false;
    }
    if (!message.write(to, Outgoing.flags(qos, retain, false), id, ids, many)) {
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
    } else if (to.writable()) {
      write(to, message, 0, false);
    } else {
      session.broker().counters().dropped.increment();
    }
  }

  private void waitFor(Stored message) {
    if (tooSlow) {
      return;
    }
    if (ready.size() >= WAITING_MAX || readyBytes + message.bytes() > WAITING_BYTES_MAX) {
      tooSlow = true;
      session.broker().counters().tooSlow.increment();
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
      if (next == null || window.spent()) {
        break;
      }
      int known = spool == null ? 0 : spool.resent(next);
      if (known == 0 && (window.full() || (spool != null && spool.holdsBack()))) {
        break;
      }
      ready.poll();
      readyBytes -= next.bytes();
      if (known != 0) {
        write(to, next, known, true);
      } else if (wanted(next)) {
        send(to, next);
      } else if (session.durable()) {
        spool().taken(next);
      }
    }
    pumpRetained();
    pumping = false;
    if (to != null && ready.isEmpty()) {
      if (spool != null) {
        spool.fetch();
      }
      if (refusedShared && to.writable() && !window.full()) {
        refusedShared = false;
        session.wakeGroups();
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

  private boolean mayReceive(String topic) {
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
    if (!out.write(to, flags, id, message.subscriptionIds, false)) {
      tooLarge(id, message);
    }
  }

  /** Sends the retained messages of these topics, as there is room. */
  void retained(List<String> topics, Qos qos, int subscriptionId) {
    int[] ids = subscriptionId == 0 ? Delivery.NO_IDS : new int[] {subscriptionId};
    for (String topic : topics) {
      retained.add(new Wanted(topic, qos, ids));
    }
    pump();
  }

  private void pumpRetained() {
    Target to = session.target();
    while (to != null && to.writable() && ready.isEmpty() && !retained.isEmpty()) {
      Wanted wanted = retained.remove();
      // What is retained now, so that an older message does not come behind a newer one.
      RetainedMessage message = session.broker().retainedStore().get(wanted.topic);
      if (message == null) {
        continue;
      }
      if (session.broker().retainedStore().over(message, lane().nowMillis())) {
        session.broker().retainedStore().expire(lane(), message);
      } else if (mayReceive(wanted.topic)) {
        sendRetained(to, message, wanted);
      }
    }
  }

  private void sendRetained(Target to, RetainedMessage message, Wanted wanted) {
    TopicEntry topic = session.broker().router().entry(new Topic(message.topic()));
    Outgoing out = lane().replay(topic, message);
    Qos qos = message.qos().min(wanted.qos);
    if (qos == Qos.AT_MOST_ONCE) {
      if (!out.write(to, Outgoing.flags(qos, true, false), 0, wanted.ids, false)) {
        tooLarge(0, null);
      }
    } else if (session.durable()) {
      spool().offerRetained(out, qos, wanted.ids);
    } else if (!sendNow(out, qos, true, wanted.ids, false, null)) {
      waitFor(Stored.of(out, 0, qos, true, wanted.ids));
    }
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
