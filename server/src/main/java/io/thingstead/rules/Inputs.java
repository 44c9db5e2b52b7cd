package io.thingstead.rules;

import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.row.Json;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The messages whose actions are not all done, in the account's rule shard. */
final class Inputs {
  private static final int PAGE = 64;

  private final AccountShard shard;
  private final AtomicLong next = new AtomicLong();
  private long formerEnd;

  Inputs(AccountShard shard) {
    this.shard = shard;
  }

  /**
   * One message of a former run.
   *
   * @param done bitmap of the actions that were done
   */
  record Kept(long number, InputRow row, int done) {}

  /** Finds the first number that is free; to be called once, before the first {@link #keep}. */
  void open() {
    Rows rows = shard.durable();
    Key last = null;
    List<Rows.Row> page;
    do {
      page = rows.scan(Tables.INPUT, Key.ALL, last, PAGE);
      last = page.isEmpty() ? last : page.getLast().key();
    } while (page.size() == PAGE);
    formerEnd = last == null ? 0 : last.read().number() + 1;
    next.set(formerEnd);
  }

  /** Messages of a former run behind a number, in order. */
  List<Kept> formerAfter(long number) {
    Key after = number < 0 ? null : Key.of(number);
    return shard.durable().scan(Tables.INPUT, Key.ALL, after, PAGE).stream()
        .map(this::kept)
        .filter(kept -> kept.number() < formerEnd)
        .toList();
  }

  /** One message, or null when it is forgotten. */
  @Nullable Kept get(long number) {
    Key key = Key.of(number);
    byte[] row = shard.durable().get(Tables.INPUT, key);
    return row == null ? null : kept(new Rows.Row(key, row));
  }

  private Kept kept(Rows.Row row) {
    byte[] done = shard.durable().get(Tables.INPUT_DONE, row.key());
    return new Kept(
        row.key().read().number(), Json.decode(row.value(), InputRow.class), bitmap(done));
  }

  private static int bitmap(byte @Nullable [] done) {
    return done == null ? 0 : ByteBuffer.wrap(done).getInt();
  }

  /** Keeps a message; completes with its number when it is durable, on the shard's thread. */
  CompletableFuture<Long> keep(InputRow row) {
    long number = next.getAndIncrement();
    byte[] value = Json.encode(row);
    return shard.submit(
        tx -> {
          tx.put(Tables.INPUT, Key.of(number), value);
          return number;
        });
  }

  /** Marks one of several actions as done, unless the message is forgotten already. */
  CompletableFuture<Boolean> done(long number, int action) {
    Key key = Key.of(number);
    return shard.submit(
        tx -> {
          if (tx.get(Tables.INPUT, key) == null) {
            // The mark would stay, and count for the message that gets the number next.
            return false;
          }
          int done = bitmap(tx.get(Tables.INPUT_DONE, key)) | 1 << action;
          tx.put(Tables.INPUT_DONE, key, ByteBuffer.allocate(Integer.BYTES).putInt(done).array());
          return true;
        });
  }

  /** Forgets a message: all is done. */
  CompletableFuture<Boolean> forget(long number) {
    Key key = Key.of(number);
    return shard.submit(
        tx -> {
          tx.delete(Tables.INPUT, key);
          if (tx.get(Tables.INPUT_DONE, key) != null) {
            tx.delete(Tables.INPUT_DONE, key);
          }
          return true;
        });
  }
}
