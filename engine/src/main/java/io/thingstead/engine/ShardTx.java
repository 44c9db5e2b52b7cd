package io.thingstead.engine;

import static io.thingstead.engine.EngineTables.OUTBOX;
import static io.thingstead.engine.EngineTables.OUTBOX_LAST;
import static io.thingstead.engine.EngineTables.TIMER;
import static io.thingstead.engine.EngineTables.TIMER_DUE;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A command's view: an overlay of its own over that of its shard. */
final class ShardTx implements Tx {
  /** A longer timer is due then: a key part is not negative and this is the year 33658. */
  private static final long DUE_MAX = 999_999_999_999_999L;

  final Overlay changes;
  final List<Runnable> effects = new ArrayList<>();

  /** The last sequence sent to each target. */
  final Map<ShardId, Long> sent = new HashMap<>();

  /** When the earliest timer that was scheduled is due, in epoch milliseconds. */
  long earliestDue = Long.MAX_VALUE;

  private final Engine engine;
  private final long account;
  private final AccountRows rows;
  private final AccountRows own;
  private boolean closed;

  ShardTx(Engine engine, ShardId shard, long account, Overlay overlay) {
    this.engine = engine;
    this.account = account;
    changes = new Overlay(overlay);
    rows = new AccountRows(changes, shard, account);
    own = new AccountRows(changes, shard, Layout.ENGINE_ACCOUNT);
  }

  void close() {
    closed = true;
  }

  private void mustBeOpen() {
    if (closed) {
      throw new IllegalStateException("a transaction is only valid inside Command.decide");
    }
  }

  @Override
  public byte @Nullable [] get(Table table, Key key) {
    mustBeOpen();
    return rows.get(table, key);
  }

  @Override
  public List<Row> scan(Table table, Key prefix, @Nullable Key after, int limit) {
    mustBeOpen();
    return rows.scan(table, prefix, after, limit);
  }

  @Override
  public void put(Table table, Key key, byte[] value) {
    mustBeOpen();
    changes.put(table.family(), rows.encode(table, key), value.clone());
  }

  @Override
  public void delete(Table table, Key key) {
    mustBeOpen();
    changes.delete(table.family(), rows.encode(table, key));
  }

  @Override
  public void deleteAll(Table table, Key prefix) {
    mustBeOpen();
    byte[] from = rows.encode(table, prefix);
    changes.deleteRange(table.family(), from, Layout.end(from));
  }

  @Override
  public void afterDurable(Runnable effect) {
    mustBeOpen();
    effects.add(effect);
  }

  @Override
  public void send(ShardId to, String handler, byte[] message) {
    mustBeOpen();
    engine.requireHandler(handler);
    Key target = Key.of(to.kind(), to.partition());
    byte[] last = own.get(OUTBOX_LAST, target);
    long sequence = last == null ? 1 : Message.decodeLong(last) + 1;
    putOwn(OUTBOX_LAST, target, Message.encodeLong(sequence));
    putOwn(
        OUTBOX,
        Key.of(to.kind(), to.partition(), sequence),
        new Message(account, handler, message).encode());
    sent.put(to, sequence);
  }

  @Override
  public void schedule(String id, Instant due, String handler, byte[] message) {
    mustBeOpen();
    engine.requireHandler(handler);
    cancel(id);
    long millis = Math.clamp(due.toEpochMilli(), 0, DUE_MAX);
    putOwn(TIMER_DUE, Key.of(account, id), Message.encodeLong(millis));
    putOwn(TIMER, Key.of(millis, account, id), new Message(account, handler, message).encode());
    earliestDue = Math.min(earliestDue, millis);
  }

  @Override
  public void cancel(String id) {
    mustBeOpen();
    Key name = Key.of(account, id);
    byte[] due = own.get(TIMER_DUE, name);
    if (due != null) {
      deleteOwn(TIMER_DUE, name);
      deleteOwn(TIMER, Key.of(Message.decodeLong(due), account, id));
    }
  }

  @Override
  public Instant now() {
    return engine.clock().instant();
  }

  void putOwn(Table table, Key key, byte[] value) {
    changes.put(table.family(), own.encode(table, key), value);
  }

  void deleteOwn(Table table, Key key) {
    changes.delete(table.family(), own.encode(table, key));
  }
}
