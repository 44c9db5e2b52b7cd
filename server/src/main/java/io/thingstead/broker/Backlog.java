package io.thingstead.broker;

import io.thingstead.engine.Batch;
import java.util.ArrayDeque;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a shared group that no member has taken yet: those that nobody had room for,
 * those that a member did not acknowledge before it went away, and copies of those that a member
 * holds for longer than a commit takes. Durable while the group has a durable member; for the lane
 * of the group.
 *
 * <p>A message is handed to a member as a {@link Lease}, or, when it must arrive exactly once,
 * moved into the member's own queue in one batch.
 */
final class Backlog implements Journal.Writer, Reserving {
  /** Messages in memory while members are online; and those of a group that keeps nothing. */
  private static final int READY_MAX = 10_000;

  private static final int READY_BYTES_MAX = 4 << 20;

  private static final long RETRY_MILLIS = 1_000;

  private final Broker broker;
  private final SharedGroup group;
  private final QueuePlace place;
  private final GroupRows rows;
  private final Numbers numbers = new Numbers();
  private final Tally tally;
  private final QueueWriter writer;
  private final QueueReader reader;
  private final ArrayDeque<Stored> ready = new ArrayDeque<>(1);
  private int readyBytes;

  /** What members hold, by number. */
  private final TreeMap<Long, Lease> held = new TreeMap<>();

  private final Hands hands;
  private boolean progressed;
  private boolean progressMatters = true;
  private final Journal.Waiter progressWritten = this::progressWritten;

  private boolean retrying;
  private boolean ended;
  private volatile boolean waiting;

  /**
   * @param begun the incarnation under which a former run has queued messages, if it has
   */
  Backlog(Broker broker, SharedGroup group, Lane lane, @Nullable Long begun) {
    this.broker = broker;
    this.group = group;
    place =
        new QueuePlace(
            broker,
            lane,
            Tables.partition(group.name()),
            Tables.GROUP_QUEUE,
            Tables.GROUP_PROGRESS,
            group.name(),
            begun == null ? broker.lanes().incarnation() : begun);
    rows = new GroupRows(place, begun != null);
    hands = new Hands(broker, group, lane);
    tally = new Tally(broker, lane, numbers);
    writer = new QueueWriter(place);
    reader = new QueueReader(place, numbers, writer, this::fetched, this::pump);
  }

  Lane lane() {
    return place.lane();
  }

  /** Whether messages wait here, so that new ones must queue up; any thread may ask. */
  boolean waiting() {
    return waiting;
  }

  long queued() {
    return numbers.open();
  }

  // ---- What comes in

  /** Takes a message that no member took; the receipt, of any lane, hears when it is safe. */
  void offer(Stored message, @Nullable Receipt receipt) {
    Stored kept = take(message, receipt, false);
    if (kept != null) {
      queue(kept);
      pump();
    }
  }

  /** Keeps a copy of what a member holds. */
  void park(Lease lease, Stored message, Receipt receipt) {
    if (lease.over) {
      complete(receipt, Outcome.ACCEPTED);
      return;
    }
    Stored kept = take(message, receipt, true);
    if (kept != null) {
      hold(lease, kept);
    }
  }

  /** A member went away before it acknowledged this. */
  void giveBack(Lease lease, Stored message, @Nullable Receipt receipt) {
    lease.over = true;
    Stored kept = lease.kept;
    if (kept == null) {
      offer(message, receipt);
      return;
    }
    held.remove(kept.sequence);
    ready.addFirst(kept);
    readyBytes += kept.bytes();
    pump();
  }

  /** The member has it. */
  void done(Lease lease) {
    lease.over = true;
    Stored kept = lease.kept;
    if (kept != null) {
      held.remove(kept.sequence);
      taken(kept);
      pump();
    }
  }

  private @Nullable Stored take(Stored message, @Nullable Receipt receipt, boolean inHand) {
    if (ended) {
      // The last member has left: as if there had been nobody.
      complete(receipt, Outcome.ACCEPTED);
      return null;
    }
    if (!hasRoom(message)) {
      complete(receipt, Outcome.OVER_QUOTA);
      return null;
    }
    Stored kept = message.numbered(inHand ? numbers.reserve() : numbers.next());
    tally.changed(kept.bytes());
    if (group.durable()) {
      writer.add(kept);
      lane().journal().write(this);
      kept.receipt = here(receipt);
    } else {
      complete(receipt, Outcome.ACCEPTED);
    }
    return kept;
  }

  private boolean hasRoom(Stored message) {
    String exceeded = exceeds(message);
    if (exceeded != null) {
      broker.overflowed(exceeded, "shared group " + group.name(), queued(), tally.bytes());
    }
    return exceeded == null;
  }

  /** The limit that a message would exceed, or empty for another reason; null when it fits. */
  private @Nullable String exceeds(Stored message) {
    if (!group.durable()) {
      return ready.size() < READY_MAX && readyBytes + message.bytes() <= READY_BYTES_MAX
          ? null
          : "";
    }
    if (queued() >= broker.limits().sessions().queuedPerGroup()) {
      return "sessions.queuedPerGroup";
    }
    String ofAccount = tally.exceedsAccount(message.payload.length);
    return ofAccount == null && !hands.anyoneOnline() && !broker.queues(lane())
        ? Spool.QUEUED_PER_SECOND
        : ofAccount;
  }

  /** A receipt of this lane that ends another's branch. */
  private @Nullable Receipt here(@Nullable Receipt receipt) {
    if (receipt == null) {
      return null;
    }
    Receipt here = new Receipt(lane());
    here.branch();
    here.seal(outcome -> complete(receipt, outcome));
    return here;
  }

  private void complete(@Nullable Receipt receipt, Outcome outcome) {
    if (receipt != null) {
      lane().send(receipt.lane(), () -> receipt.complete(outcome));
    }
  }

  private void queue(Stored kept) {
    boolean room = ready.size() < READY_MAX && readyBytes < READY_BYTES_MAX;
    if (group.durable() && (reader.spilled() || !room || !hands.anyoneOnline())) {
      reader.spill(kept);
    } else {
      fetched(kept);
    }
  }

  private void fetched(Stored kept) {
    ready.add(kept);
    readyBytes += kept.bytes();
  }

  // ---- Exactly once, from a publisher that commits more with it

  /** Reserves the place of a message; null when the queue is full. */
  @Nullable Stored reserve(Stored message) {
    if (ended || !hasRoom(message)) {
      return null;
    }
    Stored kept = message.numbered(numbers.reserve());
    tally.changed(kept.bytes());
    return kept;
  }

  @Override
  public void confirm(Stored kept) {
    if (ended) {
      lane()
          .journal()
          .delete(
              Tables.shard(place.partition()),
              broker.accountNumber(),
              place.rows(),
              place.key(kept.sequence));
      return;
    }
    numbers.written(kept.sequence);
    kept.durable = true;
    writer.found(kept.sequence, kept.sequence);
    reader.confirmed(kept);
    pump();
  }

  @Override
  public void abandon(Stored kept) {
    if (!ended) {
      taken(kept);
    }
  }

  // ---- What goes out

  /** A member came online, or has room again. */
  void wake(Session session) {
    hands.wake(session);
    pump();
  }

  /** Hands messages to members as long as one may have room. */
  void pump() {
    if (ended) {
      return;
    }
    while (!ready.isEmpty()) {
      SharedGroup.Member member = hands.next();
      if (member == null) {
        break;
      }
      Stored message = ready.remove();
      readyBytes -= message.bytes();
      if (message.expired(lane().nowMillis())) {
        broker.counters().messagesExpired.increment();
        taken(message);
      } else {
        hand(member, message);
      }
    }
    waiting = !ready.isEmpty() || reader.spilled();
    if (ready.isEmpty() && reader.spilled() && hands.next() != null) {
      reader.fetch();
    }
    if (waiting) {
      later();
    } else {
      hands.forget();
    }
  }

  private void hand(SharedGroup.Member member, Stored message) {
    Session session = member.session();
    Delivery delivery = member.delivery()[0];
    Hands.Hand hand = hands.ask(session);
    Lane at = session.lane();
    if (message.qos.min(delivery.qos) == Qos.EXACTLY_ONCE && session.durable()) {
      new Move(this, session, delivery, message, hand).start();
      return;
    }
    Lease lease = new Lease(group);
    hold(lease, message);
    Stored copy = message.delivered(-1, delivery);
    copy.lease = lease;
    lease.known = true;
    lane()
        .send(
            at,
            () -> {
              boolean takes = session.outbound().shares().take(copy);
              at.send(lane(), () -> answered(hand, lease, message, takes));
            });
  }

  private void hold(Lease lease, Stored kept) {
    lease.kept = kept;
    held.put(kept.sequence, lease);
    renew();
  }

  private void answered(Hands.Hand hand, Lease lease, Stored message, boolean takes) {
    hand.answered(takes);
    if (!takes && !lease.over) {
      giveBack(lease, message, null);
    } else {
      pump();
    }
  }

  /** A member has no room for a message that was to be moved to it. */
  void notMoved(Stored message) {
    ready.addFirst(message);
    readyBytes += message.bytes();
    pump();
  }

  /** A message leaves the queue with the journal's open group. */
  void leaves(Stored message) {
    taken(message);
    lane().journal().write(this);
  }

  /** That group was refused: the message is on disk as before, and here under a new number. */
  void stays(Stored message) {
    if (!ended) {
      Stored again = message.numbered(numbers.next());
      tally.changed(again.bytes());
      writer.add(again);
      lane().journal().writeLater(this);
      queue(again);
    }
  }

  boolean ended() {
    return ended;
  }

  private void taken(Stored kept) {
    kept.acknowledged = true;
    kept.settle(Outcome.ACCEPTED);
    numbers.written(kept.sequence);
    numbers.take(kept.sequence);
    tally.changed(-kept.bytes());
    progressed = true;
    lane().journal().writeLater(this);
  }

  /** So that few held messages do not keep the numbers of many from being forgotten. */
  private void renew() {
    if (!numbers.holdsBack()) {
      return;
    }
    for (Lease lease : List.copyOf(held.values())) {
      Stored old = lease.kept;
      if (old != null) {
        held.remove(old.sequence);
        Stored kept = old.numbered(numbers.reserve());
        tally.changed(kept.bytes());
        kept.receipt = old.takeReceipt();
        lease.kept = kept;
        held.put(kept.sequence, lease);
        if (group.durable()) {
          writer.add(kept);
        }
        taken(old);
      }
    }
    lane().journal().write(this);
  }

  private void later() {
    if (!retrying && hands.anyoneOnline()) {
      retrying = true;
      lane()
          .wheel()
          .at(
              lane().nowMillis() + RETRY_MILLIS,
              () -> {
                retrying = false;
                hands.wakeAll();
                pump();
              });
    }
  }

  // ---- On disk

  /** Goes on where a former run ended. */
  void load(ProgressRow progress, QueuePlace.Tail tail) {
    numbers.load(progress, tail.number());
    tally.changed(numbers.open() * tail.bytesEach());
    if (numbers.isEmpty() && tail.bytesEach() > 0) {
      progressed = true;
      lane().journal().writeLater(this);
    }
    writer.unseen(true);
    reader.begin();
    waiting = reader.spilled();
  }

  @Override
  public void put(Journal journal, Stored kept) {
    rows.put(journal, kept);
  }

  @Override
  public void write(Batch batch, Journal.Group commit) {
    if (ended) {
      writer.discard();
      return;
    }
    rows.name(batch, commit);
    writer.write(batch, commit, this::durable, this::refused);
    if (progressed) {
      progressed = false;
      boolean matters = writer.hasRows();
      if (matters || progressMatters) {
        writer.dropBelow(batch, numbers.head(), numbers.isEmpty());
        place.putProgress(batch, numbers.progress(List.of()));
        commit.then(progressWritten);
      }
      progressMatters = matters;
    }
  }

  private void progressWritten(boolean durable) {
    if (!durable) {
      progressMatters = true;
      progressed = true;
      writer.unseen(true);
      lane().journal().writeLater(this);
    }
  }

  private void durable(List<Stored> messages) {
    for (Stored message : messages) {
      message.settle(Outcome.ACCEPTED);
      reader.durable(message);
    }
    reader.committed();
    pump();
  }

  private void refused() {
    lane().journal().writeLater(this);
    reader.committed();
    pump();
  }

  /**
   * The last member has left: nobody wants what is here.
   *
   * @param free whether no new group has the name already
   */
  void end(boolean free) {
    ended = true;
    waiting = false;
    tally.end();
    writer.discard();
    ready.forEach(message -> message.settle(Outcome.ACCEPTED));
    ready.clear();
    held.clear();
    rows.forget(free);
  }
}
