package io.thingstead.broker;

import io.thingstead.authorize.Authorization;
import org.jspecify.annotations.Nullable;

/** What one client takes as a member of shared groups. On its session's lane. */
final class Shares {
  private final Session session;
  private final Outbound outbound;

  /** A group was told that there is no room. */
  private boolean refused;

  Shares(Session session, Outbound outbound) {
    this.session = session;
    this.outbound = outbound;
  }

  /** Takes the lane's outgoing message, which the group's publisher has picked this member for. */
  void offer(Outgoing message, Delivery delivery, SharedGroup group) {
    Target to = session.target();
    Authorization authorization = session.authorization();
    boolean may =
        to != null && authorization != null && delivery.mayReceive(authorization, message.topic);
    Qos qos = message.qos.min(delivery.qos);
    boolean retain = message.retain && delivery.retainAsPublished;
    if (may && qos == Qos.EXACTLY_ONCE && session.durable()) {
      outbound.spool().offer(message, delivery, qos, retain, false);
      return;
    }
    Lane lane = session.lane();
    Stored kept = Stored.of(message, -1, qos, retain, delivery.ids);
    kept.lease = new Lease(group);
    if (may && outbound.sendNow(message, qos, retain, delivery.ids, false, kept)) {
      if (kept.lease != null && group.durable()) {
        Receipt receipt = lane.receipt();
        receipt.branch();
        kept.receipt = receipt;
        session.broker().leases(lane).add(kept);
      }
      return;
    }
    refused |= to != null;
    Stored whole = Stored.of(message, -1, message.qos, message.retain, Delivery.NO_IDS);
    Receipt receipt = lane.receipt();
    receipt.branch();
    lane.send(group.lane(), () -> group.backlog().offer(whole, receipt));
  }

  /** Whether there may be room for a message of a group's backlog. */
  boolean takes(Stored message) {
    return room(message) != null;
  }

  private @Nullable Target room(Stored message) {
    Target to = session.target();
    boolean takes =
        to != null
            && outbound.readyCount() == 0
            && outbound.takes(to)
            && !outbound.window().full()
            && outbound.mayReceive(message.topic.topic().text());
    refused |= !takes;
    return takes ? to : null;
  }

  /**
   * Takes a message of a group's backlog, if there is room.
   *
   * @return false when the group must give it to somebody else
   */
  boolean take(Stored message) {
    Target to = room(message);
    if (to == null) {
      return false;
    }
    if (message.qos == Qos.AT_MOST_ONCE) {
      outbound.write(to, message, 0, false);
      Leases.done(session.lane(), message);
      return true;
    }
    Window window = outbound.window();
    Window.State state =
        message.qos == Qos.AT_LEAST_ONCE ? Window.State.PUBACK : Window.State.PUBREC;
    int id = window.spent() ? 0 : window.take(state, message);
    if (id == 0) {
      refused = true;
      return false;
    }
    outbound.write(to, message, id, false);
    return true;
  }

  /** There is room again. */
  void wake() {
    if (refused) {
      refused = false;
      session.wakeGroups();
    }
  }

  /** The groups get back what the client has not acknowledged, as it is gone. */
  void giveBack() {
    Window window = outbound.window();
    for (int id = 1; id <= window.highest(); id++) {
      Stored message = window.message(id);
      if (message != null && message.lease != null) {
        boolean once = message.qos == Qos.EXACTLY_ONCE;
        window.free(id);
        if (once) {
          Leases.done(session.lane(), message);
        } else {
          Leases.giveBack(session.lane(), message);
        }
      }
    }
  }
}
