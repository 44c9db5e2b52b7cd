package io.thingstead.broker;

import io.thingstead.engine.Batch;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The durable queue of one session. Messages have contiguous sequence numbers; rows hold runs of
 * them. The head is the lowest number not yet taken by the client. While online, messages stay in
 * memory as far as there is room and go to the client at once; when there is none, or nobody is
 * online, they are <em>spilled</em>: only in the rows, from which they are fetched in order.
 *
 * <p>Exactly once: a QoS 2 message is sent only when its packet id is durable, and released only
 * when that is durable, so that after a crash the same message has the same id, or none.
 */
final class Spool implements Journal.Writer {
  /** Messages one durable session may have queued; more are refused to their publishers. */
  static final int QUEUED_MAX = 100_000;

  /** Messages kept in memory for an online client that is slow. */
  private static final int READY_MAX = 1_000;

  private static final int READY_BYTES_MAX = 256 << 10;

  /** Messages taken out of order, behind one that is not taken. */
  private static final int TAKEN_MAX = 1_000;

  private static final int ROW_MESSAGES_MAX = 256;
  private static final int ROW_BYTES_MAX = 64 << 10;
  private static final int FETCHED_ROWS = 8;

  private final Session session;
  private final Outbound outbound;

  private long head;
  private long tail;

  /** Holes below this number were taken before a restart. */
  private long loadedTail;

  /** Taken by the client, above the head. */
  private final Set<Long> taken = new HashSet<>();

  /** Reserved for a publish that commits elsewhere; neither in a row nor taken. */
  private final Set<Long> reserved = new HashSet<>();

  /** Confirmed during a fetch, which may or may not bring them. */
  private final List<Stored> late = new ArrayList<>();

  private final List<Stored> unwritten = new ArrayList<>();

  /** Rows on disk as far as known: first number to last. */
  private final TreeMap<Long, Long> rows = new TreeMap<>();

  /** In flight when the client went away: number to packet id. */
  private Map<Long, Integer> resend = Map.of();

  private boolean progressed;

  /** The progress on disk names rows or packet ids, so that it must not stay behind. */
  private boolean progressMatters = true;

  private boolean spilled;
  private int spilledPending;
  private int spills;
  private long cursor = -1;
  private long expected;
  private boolean fetching;
  private boolean waitsForCommit;
  private int attachments;

  Spool(Session session, Outbound outbound) {
    this.session = session;
    this.outbound = outbound;
  }

  /** Goes on where a former run ended. */
  void load(ProgressRow progress, long tail) {
    head = progress.head();
    taken.addAll(progress.taken());
    long end = Math.max(head, tail);
    for (ProgressRow.InFlight id : progress.inFlight()) {
      Window.State state = id.released() ? Window.State.PUBCOMP : Window.State.PUBREC;
      outbound.window().restore(id.packetId(), state, Stored.slim(id.sequence()));
      end = Math.max(end, id.sequence() + 1);
    }
    for (long sequence : taken) {
      end = Math.max(end, sequence + 1);
    }
    this.tail = end;
    loadedTail = end;
    spilled = true;
  }

  long queued() {
    return tail - head - taken.size();
  }

  void online(Window was, Window now) {
    attachments++;
    resend = new HashMap<>();
    for (int id = 1; id <= was.highest(); id++) {
      Stored message = was.message(id);
      if (message == null) {
        continue;
      }
      switch (was.state(id)) {
        case FREE, COMMIT -> {}
        case PUBACK, PUBREC -> {
          now.restore(id, was.state(id), message);
          resend.put(message.sequence, id);
        }
        case PUBCOMP -> {
          now.restore(id, Window.State.PUBCOMP, message);
          commitRelease(id);
        }
      }
    }
    cursor = -1;
    expected = head;
    late.clear();
    fetching = false;
    waitsForCommit = false;
    spilled = tail > head;
  }

  void offline(ArrayDeque<Stored> ready) {
    attachments++;
    ready.forEach(this::spill);
    Window window = outbound.window();
    for (int id = 1; id <= window.highest(); id++) {
      Stored message = window.message(id);
      if (message != null) {
        spill(message);
        window.replace(id, Stored.slim(message.sequence));
      }
    }
    spilled = true;
  }

  private void spill(Stored message) {
    spilled = true;
    spills++;
    if (!message.durable && !message.spilled) {
      message.spilled = true;
      spilledPending++;
    }
  }

  /** Takes the lane's outgoing message: into the open group, and to the client if there is room. */
  void offer(Outgoing message, Delivery delivery, Qos qos, boolean retain, boolean many) {
    Receipt receipt = session.lane().receipt();
    if (!hasRoom()) {
      receipt.branch();
      receipt.complete(Outcome.OVER_QUOTA);
      return;
    }
    Stored kept = Stored.of(message, tail++, qos, retain, delivery.ids);
    receipt.branch();
    kept.receipt = receipt;
    enqueue(kept, message, many);
  }

  /** Takes a retained message for a new subscription; nobody waits for it. */
  void offerRetained(Outgoing message, Qos qos, int[] ids) {
    if (hasRoom()) {
      enqueue(Stored.of(message, tail++, qos, true, ids), message, false);
    }
  }

  private boolean hasRoom() {
    boolean room = queued() < QUEUED_MAX && session.broker().accepting();
    if (!room) {
      session.broker().counters().overflowed.increment();
    }
    return room;
  }

  private void enqueue(Stored kept, Outgoing message, boolean many) {
    unwritten.add(kept);
    session.lane().journal().write(this);
    if (spilled || session.target() == null) {
      spill(kept);
      return;
    }
    boolean sent =
        kept.qos == Qos.AT_LEAST_ONCE
            && outbound.sendNow(message, kept.qos, kept.retain, kept.subscriptionIds, many, kept);
    if (sent) {
      return;
    }
    if (outbound.readyCount() < READY_MAX && outbound.readyBytes() < READY_BYTES_MAX) {
      outbound.ready(kept);
      outbound.pump();
    } else {
      spill(kept);
    }
  }

  /**
   * Reserves the place of a message whose row another lane's group writes together with more; then
   * {@link #confirm} or {@link #abandon} follows. Null when the queue is full.
   */
  @Nullable Stored reserve(Outgoing message, Delivery delivery) {
    if (!hasRoom()) {
      return null;
    }
    Qos qos = message.qos.min(delivery.qos);
    boolean retain = message.retain && delivery.retainAsPublished;
    Stored kept = Stored.of(message, tail++, qos, retain, delivery.ids);
    reserved.add(kept.sequence);
    return kept;
  }

  void confirm(Stored kept) {
    reserved.remove(kept.sequence);
    kept.durable = true;
    rows.put(kept.sequence, kept.sequence);
    if (session.target() == null) {
      spill(kept);
      return;
    }
    if (!spilled) {
      outbound.ready(kept);
    } else if (fetching) {
      late.add(kept);
    } else if (kept.sequence <= cursor) {
      outbound.ready(kept);
    } else {
      // It has its turn behind those that are not fetched yet.
      spills++;
    }
    outbound.pump();
  }

  void abandon(Stored kept) {
    reserved.remove(kept.sequence);
    taken(kept);
  }

  /** The client has it, or nobody wants it any more. */
  void taken(Stored message) {
    message.acknowledged = true;
    message.settle(Outcome.ACCEPTED);
    pass(message.sequence);
    progressed();
  }

  /** The progress on disk is behind, which does no harm for a while. */
  void progressed() {
    progressed = true;
    session.lane().journal().writeLater(this);
  }

  private void pass(long sequence) {
    if (sequence < head) {
      return;
    }
    taken.add(sequence);
    while (taken.remove(head)) {
      head++;
    }
  }

  /** Whether so much was taken out of order that the first must be taken before more is sent. */
  boolean holdsBack() {
    return taken.size() >= TAKEN_MAX;
  }

  /** The packet id under which it was in flight before the client came back, or 0. */
  int resent(Stored message) {
    if (resend.isEmpty()) {
      return 0;
    }
    Integer id = resend.remove(message.sequence);
    if (id == null) {
      return 0;
    }
    Window window = outbound.window();
    window.replace(id, message);
    return id;
  }

  /** Sends a QoS 2 message when its packet id is durable. */
  void commitId(Stored message, int id) {
    int attached = attachments;
    progress(
        durable -> {
          Target to = session.target();
          Window window = outbound.window();
          if (to == null || attached != attachments || window.message(id) != message) {
            return;
          }
          if (durable) {
            window.move(id, Window.State.PUBREC);
            outbound.write(to, message, id, false);
          } else {
            window.free(id);
            outbound.again(message);
            later();
          }
        });
  }

  /** Sends PUBREL when it is durable that the message will not be sent again. */
  void commitRelease(int id) {
    int attached = attachments;
    progress(
        durable -> {
          Target to = session.target();
          if (to != null && attached == attachments && durable) {
            to.release(id);
          }
        });
  }

  private void progress(Journal.Waiter waiter) {
    progressed = true;
    session.lane().journal().write(this);
    session.lane().journal().then(waiter);
  }

  /** Tries again when the store had time to recover. */
  private void later() {
    Lane lane = session.lane();
    lane.wheel().at(lane.nowMillis() + 1000, outbound::pump);
  }

  @Override
  public void write(Batch batch, Journal.Group group) {
    if (session.ended()) {
      unwritten.forEach(message -> message.settle(Outcome.ACCEPTED));
      unwritten.clear();
      return;
    }
    writeRows(batch, group);
    if (progressed) {
      ProgressRow progress = progressRow();
      boolean matters = !rows.isEmpty() || !progress.inFlight().isEmpty();
      if (matters || progressMatters) {
        dropRows(batch);
        session.putRow(batch, Tables.PROGRESS, session.key(), progress.encode());
      }
      progressMatters = matters;
      progressed = false;
    }
  }

  private void writeRows(Batch batch, Journal.Group group) {
    List<Stored> written = new ArrayList<>();
    QueueRow row = new QueueRow();
    for (Stored message : unwritten) {
      if (message.acknowledged) {
        continue;
      }
      boolean fits =
          row.count() < ROW_MESSAGES_MAX
              && row.bytes() < ROW_BYTES_MAX
              && (row.count() == 0 || row.next() == message.sequence);
      if (!fits) {
        put(batch, row);
        row = new QueueRow();
      }
      row.add(message);
      written.add(message);
    }
    put(batch, row);
    unwritten.clear();
    if (!written.isEmpty()) {
      group.then(durable -> committed(written, durable));
    }
  }

  private void put(Batch batch, QueueRow row) {
    if (row.count() > 0) {
      rows.put(row.first(), row.next() - 1);
      session.putRow(batch, Tables.QUEUE, session.key(row.first()), row.encode());
    }
  }

  private void committed(List<Stored> messages, boolean durable) {
    for (Stored message : messages) {
      message.settle(durable ? Outcome.ACCEPTED : Outcome.UNAVAILABLE);
      if (durable) {
        message.durable = true;
        if (message.spilled) {
          message.spilled = false;
          spilledPending--;
        }
      }
    }
    if (!durable) {
      // The publishers know that it failed; what is queued all the same is written with the next.
      unwritten.addAll(0, messages);
      session.lane().journal().writeLater(this);
    }
    waitsForCommit = false;
    outbound.pump();
  }

  private void dropRows(Batch batch) {
    long end = -1;
    while (!rows.isEmpty() && rows.firstEntry().getValue() < head) {
      end = rows.pollFirstEntry().getKey() + 1;
    }
    if (end >= 0) {
      batch.deleteRange(
          Tables.shard(session.partition()),
          session.broker().accountNumber(),
          Tables.QUEUE,
          session.key(0L),
          session.key(end));
    }
  }

  private ProgressRow progressRow() {
    return new ProgressRow(head, outbound.window().exactlyOnce(), List.copyOf(taken));
  }

  /** Reads the next spilled messages, off the loop. */
  void fetch() {
    if (!spilled || fetching || waitsForCommit) {
      return;
    }
    fetching = true;
    int attached = attachments;
    int pending = spilledPending;
    int seen = spills;
    Key prefix = session.key();
    Key after = cursor < 0 ? null : session.key(cursor);
    Rows source = session.broker().rows(session.partition());
    session
        .broker()
        .read(
            () -> source.scan(Tables.QUEUE, prefix, after, FETCHED_ROWS),
            found -> {
              if (attached == attachments && session.target() != null) {
                fetched(found, pending == 0 && seen == spills);
              }
            },
            session.lane());
  }

  private void fetched(List<Rows.Row> found, boolean complete) {
    fetching = false;
    for (Rows.Row row : found) {
      Key.Reader key = row.key().read();
      key.text();
      key.number();
      long first = key.number();
      List<Stored> messages = QueueRow.decode(first, row.value(), session.broker().router());
      cursor = first;
      rows.put(first, first + messages.size() - 1);
      messages.forEach(this::fetched);
    }
    boolean last = found.size() < FETCHED_ROWS;
    late.removeIf(message -> message.sequence > cursor && !(last && complete));
    late.forEach(outbound::ready);
    late.clear();
    if (last) {
      while (expected < loadedTail) {
        hole();
      }
      if (complete) {
        spilled = false;
      } else {
        waitsForCommit = spilledPending > 0;
      }
    }
    outbound.pump();
  }

  private void fetched(Stored message) {
    while (expected < message.sequence) {
      hole();
    }
    expected = Math.max(expected, message.sequence + 1);
    boolean known =
        message.sequence < head
            || taken.contains(message.sequence)
            || reserved.contains(message.sequence);
    late.removeIf(one -> one.sequence == message.sequence);
    if (!known) {
      message.durable = true;
      outbound.ready(message);
    }
  }

  /** A number without a row, from before a restart: its message was taken before it was written. */
  private void hole() {
    long sequence = expected++;
    if (sequence >= head && sequence < loadedTail && !reserved.contains(sequence)) {
      pass(sequence);
    }
  }
}
