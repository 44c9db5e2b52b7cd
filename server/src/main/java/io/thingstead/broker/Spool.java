package io.thingstead.broker;

import io.thingstead.engine.Batch;
import io.thingstead.model.Limits;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The durable queue of one session. Messages have contiguous {@link Numbers}; the rows hold runs of
 * them. While online, messages stay in memory as far as there is room and go to the client at once;
 * when there is none, or nobody is online, they are <em>spilled</em>: only in the rows, from which
 * a {@link QueueReader} brings them back in order.
 *
 * <p>Exactly once: a QoS 2 message is sent only when its packet id is durable, and released only
 * when that is durable, so that after a crash the same message has the same id, or none.
 */
final class Spool implements Journal.Writer, Reserving {
  static final String QUEUED_PER_SECOND = "sessions.queuedPerSecond";

  private final Session session;
  private final Outbound outbound;
  private final QueuePlace place;
  private final Numbers numbers = new Numbers();
  private final Tally tally;
  private final QueueWriter writer;
  private final QueueReader reader;

  /** In flight when the client went away: number to packet id. */
  private Map<Long, Integer> resend = Map.of();

  private boolean progressed;

  /** The progress on disk names rows or packet ids, so that it must not stay behind. */
  private boolean progressMatters = true;

  private final Journal.Waiter progressWritten = this::progressWritten;

  /** Tells one connection of the client from the next. */
  private int attachments;

  Spool(Session session, Outbound outbound) {
    this.session = session;
    this.outbound = outbound;
    place =
        new QueuePlace(
            session.broker(),
            session.lane(),
            session.partition(),
            Tables.QUEUE,
            Tables.PROGRESS,
            session.clientId(),
            session.incarnation());
    tally = new Tally(session.broker(), session.lane(), numbers);
    writer = new QueueWriter(place);
    reader = new QueueReader(place, numbers, writer, outbound::ready, outbound::pump);
  }

  /** Goes on where a former run ended. */
  void load(ProgressRow progress, QueuePlace.Tail tail) {
    numbers.load(progress, tail.number());
    tally.changed(numbers.open() * tail.bytesEach());
    if (numbers.isEmpty() && tail.bytesEach() > 0) {
      // All was taken, but the rows are still there.
      progressed();
    }
    for (ProgressRow.InFlight id : progress.inFlight()) {
      Window.State state = id.released() ? Window.State.PUBCOMP : Window.State.PUBREC;
      outbound.window().restore(id.packetId(), state, Stored.slim(id.sequence()));
    }
    writer.unseen(true);
    reader.stop();
  }

  long queued() {
    return numbers.open();
  }

  long head() {
    return numbers.head();
  }

  /** The number that the next message will have. */
  long tail() {
    return numbers.tail();
  }

  QueueWriter writer() {
    return writer;
  }

  /** The session is over; its rows are being deleted. */
  void end() {
    tally.end();
    writer.end();
  }

  void online(Window was, Window now) {
    attachments++;
    resend = new HashMap<>();
    // Not by id, which begin again at 1: a client may hand a message on when it is released.
    SortedMap<Long, Integer> release = new TreeMap<>();
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
          release.put(message.sequence, id);
        }
      }
    }
    release.values().forEach(this::commitRelease);
    reader.begin();
  }

  void offline(ArrayDeque<Stored> ready) {
    attachments++;
    ready.forEach(reader::spill);
    Window window = outbound.window();
    for (int id = 1; id <= window.highest(); id++) {
      Stored message = window.message(id);
      if (message != null) {
        reader.spill(message);
        window.replace(id, Stored.slim(message.sequence));
      }
    }
    reader.stop();
  }

  /** Takes the lane's outgoing message: into the open group, and to the client if there is room. */
  void offer(Outgoing message, Delivery delivery, Qos qos, boolean retain, boolean many) {
    Receipt receipt = session.lane().receipt();
    if (!hasRoom(message.payloadBytes)) {
      receipt.branch();
      receipt.complete(Outcome.OVER_QUOTA);
      return;
    }
    Stored kept = Stored.of(message, numbers.next(), qos, retain, delivery.ids);
    receipt.branch();
    kept.receipt = receipt;
    enqueue(kept, message, many);
  }

  /** Takes a retained message for a new subscription; nobody waits for it. */
  void offerRetained(Outgoing message, Qos qos, int[] ids) {
    if (hasRoom(message.payloadBytes)) {
      enqueue(Stored.of(message, numbers.next(), qos, true, ids), message, false);
    }
  }

  private boolean hasRoom(int bytes) {
    Broker broker = session.broker();
    String exceeded = tally.exceeds(bytes);
    if (exceeded != null) {
      broker.overflowed(exceeded, session.clientId(), numbers.open(), tally.bytes());
      return false;
    }
    if (session.target() == null && !broker.queues(session.lane())) {
      broker.exceeded(QUEUED_PER_SECOND, () -> "messages to clients that are away are refused");
      return false;
    }
    return true;
  }

  private void enqueue(Stored kept, Outgoing message, boolean many) {
    writer.add(kept);
    tally.changed(kept.bytes());
    session.lane().journal().write(this);
    if (reader.spilled() || session.target() == null) {
      reader.spill(kept);
      return;
    }
    boolean sent =
        kept.qos == Qos.AT_LEAST_ONCE
            && outbound.sendNow(message, kept.qos, kept.retain, kept.subscriptionIds, many, kept);
    if (sent) {
      return;
    }
    Limits.Queues limits = session.broker().limits().sessions().queues();
    if (outbound.readyCount() < limits.readyMessages()
        && outbound.readyBytes() < limits.readyBytes()) {
      outbound.ready(kept);
      outbound.pump();
    } else {
      reader.spill(kept);
    }
  }

  @Override
  public void put(Journal journal, Stored kept) {
    journal.put(
        Tables.shard(place.partition()),
        session.broker().accountNumber(),
        place.rows(),
        place.key(kept.sequence),
        QueueRow.encode(kept));
  }

  /** Reserves the place of a message; null when the queue is full. */
  @Nullable Stored reserve(Stored message, Delivery delivery) {
    if (session.ended() || !hasRoom(message.payload.length)) {
      return null;
    }
    Stored kept = message.delivered(numbers.reserve(), delivery);
    tally.changed(kept.bytes());
    return kept;
  }

  @Override
  public void confirm(Stored kept) {
    if (session.ended()) {
      session.deleteRow(Tables.QUEUE, place.key(kept.sequence));
      return;
    }
    numbers.written(kept.sequence);
    kept.durable = true;
    if (session.target() == null) {
      writer.unseen(true);
      reader.spill(kept);
      return;
    }
    writer.found(kept.sequence, kept.sequence);
    reader.confirmed(kept);
    outbound.pump();
  }

  @Override
  public void abandon(Stored kept) {
    numbers.written(kept.sequence);
    if (!session.ended()) {
      taken(kept);
    }
  }

  /** The client has it, or nobody wants it any more. */
  void taken(Stored message) {
    message.acknowledged = true;
    message.settle(Outcome.ACCEPTED);
    numbers.take(message.sequence);
    tally.changed(-message.bytes());
    progressed();
  }

  /** The progress on disk is behind, which does no harm for a while. */
  void progressed() {
    progressed = true;
    session.lane().journal().writeLater(this);
  }

  /** Whether so much was taken out of order that the first must be taken before more is sent. */
  boolean holdsBack() {
    return numbers.holdsBack();
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
            later(outbound::pump);
          }
        });
  }

  /** Sends PUBREL when it is durable that the message will not be sent again. */
  void commitRelease(int id) {
    int attached = attachments;
    progress(
        durable -> {
          Target to = session.target();
          if (to == null || attached != attachments) {
            return;
          }
          if (durable) {
            to.release(id);
          } else {
            later(() -> releaseAgain(id, attached));
          }
        });
  }

  private void releaseAgain(int id, int attached) {
    if (attached == attachments && outbound.window().state(id) == Window.State.PUBCOMP) {
      commitRelease(id);
    }
  }

  private void progress(Journal.Waiter waiter) {
    progressed = true;
    session.lane().journal().write(this);
    session.lane().journal().then(waiter);
  }

  /** Tries again when the store had time to recover. */
  private void later(Runnable again) {
    Lane lane = session.lane();
    lane.wheel().at(lane.nowMillis() + 1000, again);
  }

  @Override
  public void write(Batch batch, Journal.Group group) {
    if (session.ended()) {
      writer.discard();
      return;
    }
    writer.write(batch, group, this::durable, this::refused);
    if (progressed) {
      List<ProgressRow.InFlight> inFlight = outbound.window().exactlyOnce();
      boolean matters = writer.hasRows() || !inFlight.isEmpty();
      if (matters || progressMatters) {
        writer.dropBelow(batch, numbers.head(), numbers.isEmpty());
        place.putProgress(batch, numbers.progress(inFlight));
        group.then(progressWritten);
      }
      progressMatters = matters;
      progressed = false;
    }
  }

  private void progressWritten(boolean durable) {
    if (!durable) {
      // What is on disk is behind what the client has: it must not stay so.
      progressMatters = true;
      writer.unseen(true);
      progressed();
    }
  }

  private void durable(List<Stored> messages) {
    for (Stored message : messages) {
      message.settle(Outcome.ACCEPTED);
      reader.durable(message);
    }
    reader.committed();
    outbound.pump();
  }

  private void refused() {
    session.lane().journal().writeLater(this);
    reader.committed();
    outbound.pump();
  }

  /** Reads the next spilled messages, off the loop. */
  void fetch() {
    reader.fetch();
  }
}
