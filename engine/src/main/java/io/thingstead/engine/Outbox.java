package io.thingstead.engine;

import static io.thingstead.engine.EngineTables.APPLIED;
import static io.thingstead.engine.EngineTables.OUTBOX;
import static io.thingstead.engine.EngineTables.OUTBOX_LAST;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Messages between shards that survive a crash. For each target the source numbers its messages
 * without gaps and sends durable ones in order, some at a time; the target applies exactly the next
 * one and records its number in the same batch; then the source deletes it. After a refusal or a
 * restart the source sends again from the first row that is left, and the target skips what it has.
 */
final class Outbox {
  private static final System.Logger LOG = System.getLogger(Outbox.class.getName());

  /** Messages on their way to one target. */
  private static final int WINDOW = 256;

  private static final long RETRY_MILLIS = 100;

  private final Shard shard;
  private final Engine engine;
  private final AccountRows durable;
  private final Map<ShardId, Stream> streams = new HashMap<>();
  private boolean loaded;

  Outbox(Shard shard, Store store, Engine engine) {
    this.shard = shard;
    this.engine = engine;
    durable = new AccountRows(store, shard.id(), Layout.ENGINE_ACCOUNT);
  }

  /** What is known of one target; sequences that end something. */
  private static final class Stream {
    long durable;
    long sent;
    long highest;
    long applied;
    long deleted;
    long retryAt;
  }

  /** Messages up to these sequences are durable. */
  void durable(Map<ShardId, Long> sent) {
    if (loaded) {
      sent.forEach(
          (target, last) -> {
            Stream stream = streams.computeIfAbsent(target, _ -> new Stream());
            stream.durable = Math.max(stream.durable, last);
          });
    }
  }

  void reload() {
    loaded = false;
    streams.clear();
  }

  private void load() {
    for (Rows.Row row : durable.scan(OUTBOX_LAST, Key.ALL, null, Integer.MAX_VALUE)) {
      Stream stream = new Stream();
      stream.durable = Message.decodeLong(row.value());
      List<Rows.Row> first = durable.scan(OUTBOX, row.key(), null, 1);
      stream.deleted = first.isEmpty() ? stream.durable : sequence(first.getFirst()) - 1;
      stream.applied = stream.deleted;
      stream.sent = stream.deleted;
      stream.highest = stream.durable;
      Key.Reader target = row.key().read();
      streams.put(new ShardId((int) target.number(), (int) target.number()), stream);
    }
    loaded = true;
  }

  private static long sequence(Rows.Row row) {
    Key.Reader key = row.key().read();
    key.number();
    key.number();
    return key.number();
  }

  /** Sends and deletes; milliseconds until there is something to do again. */
  long deliver() {
    if (!loaded) {
      load();
    }
    long next = Worker.UNTIL_WOKEN;
    for (Map.Entry<ShardId, Stream> entry : streams.entrySet()) {
      next = Math.min(next, deliver(entry.getKey(), entry.getValue()));
    }
    return next;
  }

  private long deliver(ShardId target, Stream stream) {
    long next = Worker.UNTIL_WOKEN;
    if (stream.deleted < stream.applied && !deleteApplied(target, stream)) {
      next = RETRY_MILLIS;
    }
    long room = stream.applied + WINDOW - stream.sent;
    if (stream.sent >= stream.durable || room <= 0) {
      return next;
    }
    long wait = stream.retryAt - engine.clock().millis();
    if (wait > 0) {
      return Math.min(next, wait);
    }
    Shard to = engine.shard(target);
    Key all = Key.of(target.kind(), target.partition());
    Key after = Key.of(target.kind(), target.partition(), stream.sent);
    for (Rows.Row row : durable.scan(OUTBOX, all, after, (int) room)) {
      long sequence = sequence(row);
      Message message = Message.decode(row.value());
      if (sequence <= stream.highest) {
        engine.stats().redelivered.increment();
      }
      to.execute(() -> to.receive(shard, sequence, message));
      stream.sent = sequence;
      stream.highest = Math.max(stream.highest, sequence);
    }
    return next;
  }

  private boolean deleteApplied(ShardId target, Stream stream) {
    boolean done =
        shard.change(
            tx -> {
              for (long i = stream.deleted + 1; i <= stream.applied; i++) {
                tx.deleteOwn(OUTBOX, Key.of(target.kind(), target.partition(), i));
              }
            });
    if (done) {
      stream.deleted = stream.applied;
    }
    return done;
  }

  /** The source's side: the target has it. */
  void applied(ShardId target, long sequence) {
    Stream stream = streams.get(target);
    if (stream != null && sequence > stream.applied) {
      stream.applied = sequence;
      stream.sent = Math.max(stream.sent, sequence);
    }
  }

  /** The source's side: send again from the first that is not known to be applied, in a while. */
  void refused(ShardId target) {
    Stream stream = streams.get(target);
    if (stream != null) {
      stream.sent = stream.applied;
      stream.retryAt = engine.clock().millis() + RETRY_MILLIS;
    }
  }

  /** The target's side. */
  void receive(Shard source, long sequence, Message message) {
    try {
      if (take(source, sequence, message)) {
        return;
      }
    } catch (StoreReadException e) {
      LOG.log(System.Logger.Level.ERROR, "message put off: shard " + shard.id(), e);
    }
    source.execute(() -> source.refused(shard.id()));
  }

  /** Whether the source will hear from the waiter. */
  private boolean take(Shard source, long sequence, Message message) {
    Key from = Key.of(source.id().kind(), source.id().partition());
    byte[] row = shard.newest(Layout.ENGINE_ACCOUNT).get(APPLIED, from);
    long last = row == null ? 0 : Message.decodeLong(row);
    Waiter waiter =
        new Waiter(
            () -> source.execute(() -> source.applied(shard.id(), sequence)),
            _ -> source.execute(() -> source.refused(shard.id())));
    if (sequence <= last) {
      shard.whenDurable(waiter);
      return true;
    }
    boolean applied =
        sequence == last + 1
            && shard.apply(
                message, tx -> tx.putOwn(APPLIED, from, Message.encodeLong(sequence)), waiter);
    if (applied) {
      engine.stats().delivered.increment();
    }
    return applied;
  }
}
