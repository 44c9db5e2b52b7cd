package io.thingstead.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.thingstead.model.topic.Topic;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What one loop owns: the sessions whose client ids hash to it, in all accounts, and what it has to
 * send at the end of its turn. A session never changes its lane; its connection is moved there.
 */
public final class Lane {
  /** Bytes of messages on their way from one lane to another. */
  static final long PENDING_BYTES_MAX = 64L << 20;

  private final int number;
  private final Loop loop;
  private final ByteBufAllocator buffers;
  private final InstantSource clock;
  private final Outgoing outgoing;
  private final Outgoing replay;
  private final Journal journal;
  private final Wheel wheel = new Wheel();
  private final LongAdder stalled = new LongAdder();
  private Target[] dirty = new Target[64];
  private int dirtyCount;
  private boolean turnEnds;
  private long incarnation;
  private @Nullable Receipt receipt;
  private @Nullable Parcel[] parcels = {};
  private AtomicReferenceArray<@Nullable Parcel> spare = new AtomicReferenceArray<>(0);
  private Lane[] lanes = {};

  // Bytes handed to each lane; and what each lane says it has done.
  private long[] sent = {};
  private AtomicLongArray unpacked = new AtomicLongArray(0);

  Lane(int number, Loop loop, ByteBufAllocator buffers, InstantSource clock, Journal journal) {
    this.number = number;
    this.loop = loop;
    this.buffers = buffers;
    this.clock = clock;
    this.journal = journal;
    TopicEntry nowhere = new TopicEntry(new Topic("-"));
    this.outgoing = new Outgoing(buffers, nowhere, Unpooled.EMPTY_BUFFER);
    this.replay = new Outgoing(buffers, nowhere, Unpooled.EMPTY_BUFFER);
    journal.join(this);
  }

  void join(Lane[] all) {
    lanes = all;
    sent = new long[all.length];
    unpacked = new AtomicLongArray(all.length);
    parcels = new @Nullable Parcel[all.length];
    spare = new AtomicReferenceArray<>(all.length);
  }

  /** Its place among the lanes, from 0. */
  public int number() {
    return number;
  }

  public Loop loop() {
    return loop;
  }

  ByteBufAllocator buffers() {
    return buffers;
  }

  Outgoing outgoing() {
    return outgoing;
  }

  /** A kept message as an outgoing one, which is good until the next. */
  Outgoing replay(Stored message) {
    replay.begin(message.topic, Unpooled.wrappedBuffer(message.payload), 0, message.payload.length);
    replay.qos = message.qos;
    replay.retain = message.retain;
    replay.properties = message.properties;
    replay.expiresAtMillis = message.expiresAtMillis;
    replay.nowMillis = message.expiresAtMillis == Long.MAX_VALUE ? 0 : clock.millis();
    return replay;
  }

  /** A retained message as an outgoing one, which is good until the next. */
  Outgoing replay(TopicEntry topic, RetainedMessage message) {
    return replay(
        new Stored(
            0,
            topic,
            message.payload(),
            message.qos(),
            true,
            message.expiresAtMillis(),
            message.properties(),
            Delivery.NO_IDS));
  }

  /** What the publish that is being routed waits for; made when first asked for. */
  Receipt receipt() {
    Receipt made = receipt;
    if (made == null) {
      made = new Receipt(this);
      receipt = made;
    }
    return made;
  }

  /** Ends the routing of one publish. */
  @Nullable Receipt takeReceipt() {
    Receipt made = receipt;
    receipt = null;
    return made;
  }

  Journal journal() {
    return journal;
  }

  /** Timers of this lane, by the second. */
  public Wheel wheel() {
    return wheel;
  }

  LongAdder stalled() {
    return stalled;
  }

  /** The time in epoch milliseconds. */
  public long nowMillis() {
    return clock.millis();
  }

  /** A number greater than any given before, also by former runs: the time if it has moved on. */
  long incarnation() {
    incarnation = Math.max(incarnation + 1, clock.millis());
    return incarnation;
  }

  /** A former run gave this number, and its rows are still there. */
  void gave(long number) {
    incarnation = Math.max(incarnation, number);
  }

  /** Moves the timers; called once a second, on the loop. */
  public void tick() {
    wheel.turn(clock.millis());
    journal.flush();
    endTurnLater();
  }

  /** The target has something to send at the end of this turn. */
  public void dirty(Target target) {
    if (dirtyCount == dirty.length) {
      dirty = Arrays.copyOf(dirty, dirtyCount * 2);
    }
    dirty[dirtyCount++] = target;
    endTurnLater();
  }

  void endTurnLater() {
    if (!turnEnds) {
      turnEnds = true;
      loop.execute(this::endTurn);
    }
  }

  private void endTurn() {
    turnEnds = false;
    for (int i = 0; i < parcels.length; i++) {
      Parcel parcel = parcels[i];
      if (parcel != null) {
        parcels[i] = null;
        sent[i] += parcel.size();
        lanes[i].loop.execute(parcel);
      }
    }
    for (int i = 0; i < dirtyCount; i++) {
      dirty[i].flush();
    }
    Arrays.fill(dirty, 0, dirtyCount, null);
    dirtyCount = 0;
    journal.endTurn();
  }

  /** Runs a task that came from another lane. */
  void run(Runnable task) {
    task.run();
  }

  /** Runs a task on a lane, this or another, behind all that was sent there before. */
  void send(Lane to, Runnable task) {
    if (to == this) {
      task.run();
    } else {
      parcel(to).add(task);
    }
  }

  Parcel parcel(Lane to) {
    Parcel parcel = parcels[to.number];
    if (parcel == null) {
      parcel = spare.getAndSet(to.number, null);
      if (parcel == null) {
        parcel = new Parcel(this, to);
      }
      parcels[to.number] = parcel;
      endTurnLater();
    }
    return parcel;
  }

  /**
   * Whether so much is on its way to another lane that no more messages may be sent there; what the
   * broker itself has to tell goes all the same.
   */
  boolean congested(Lane to) {
    Parcel parcel = parcels[to.number];
    long open = parcel == null ? 0 : parcel.size();
    return sent[to.number] - unpacked.get(to.number) + open > PENDING_BYTES_MAX;
  }

  /** The other lane has unpacked it. */
  void takeBack(Parcel parcel, Lane to, int size) {
    // Only that lane changes its count.
    unpacked.setRelease(to.number, unpacked.getPlain(to.number) + size);
    Parcel other = spare.getAndSet(to.number, parcel);
    if (other != null) {
      other.close();
    }
  }

  /** A buffer of this lane's allocator, for a target's output. */
  public ByteBuf buffer(int bytes) {
    return buffers.directBuffer(bytes);
  }

  void close() {
    outgoing.close();
    replay.close();
    for (int i = 0; i < parcels.length; i++) {
      close(parcels[i]);
      close(spare.getAndSet(i, null));
    }
  }

  private static void close(@Nullable Parcel parcel) {
    if (parcel != null) {
      parcel.close();
    }
  }
}
