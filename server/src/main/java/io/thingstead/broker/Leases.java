package io.thingstead.broker;

import io.thingstead.engine.Batch;
import java.util.ArrayList;
import java.util.List;

/**
 * Messages of durable groups that members of one lane hold, and that are nowhere else. Those that
 * are not acknowledged when the journal's group closes get a copy in their groups' backlogs, whose
 * publishers are then answered.
 */
final class Leases implements Journal.Writer {
  private final Lane lane;
  private List<Stored> alone = new ArrayList<>();

  Leases(Lane lane) {
    this.lane = lane;
  }

  void add(Stored message) {
    alone.add(message);
    lane.journal().write(this);
  }

  @Override
  public void write(Batch batch, Journal.Group group) {
    if (alone.isEmpty()) {
      return;
    }
    List<Stored> late = alone;
    alone = new ArrayList<>();
    // Not now: a backlog of this lane would join the group that is being closed.
    lane.loop().execute(() -> late.forEach(this::park));
  }

  private void park(Stored message) {
    Lease lease = message.lease;
    if (lease == null) {
      return;
    }
    lease.known = true;
    Receipt receipt = new Receipt(lane);
    receipt.branch();
    receipt.seal(message::settle);
    Backlog backlog = lease.group.backlog();
    lane.send(backlog.lane(), () -> backlog.park(lease, message, receipt));
  }

  /** The member has the message, or never will, so that nobody else gets it either. */
  static void done(Lane lane, Stored message) {
    Lease lease = message.lease;
    message.lease = null;
    message.settle(Outcome.ACCEPTED);
    if (lease != null && lease.known) {
      lane.send(lease.group.lane(), () -> lease.group.backlog().done(lease));
    }
  }

  /** The member is gone. */
  static void giveBack(Lane lane, Stored message) {
    Lease lease = message.lease;
    message.lease = null;
    if (lease != null) {
      Receipt receipt = lease.known ? null : message.takeReceipt();
      Backlog backlog = lease.group.backlog();
      lane.send(backlog.lane(), () -> backlog.giveBack(lease, message, receipt));
    }
  }
}
