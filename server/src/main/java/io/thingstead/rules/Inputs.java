package io.thingstead.rules;

import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
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

  Inputs(AccountShard shard) {
    this.shard = shard;
  }

  /**
   * One message of a former run.
   *
   * @param done bitmap of the actions that were done
   */
  record Kept(long number, InputRow row, int done) {}

  /**
   * Messages of a former run behind a number, in order; to be read to the end before the first
   * {@link #keep}.
   */
  List<Kept> after(long number) {
    Key after = number < 0 ? null : Key.of(number);
    List<Kept> page =
        shard.durable().scan(Tables.INPUT, Key.ALL, after, PAGE).stream().map(this::kept).toList();
    page.forEach(kept -> next.set(kept.number() + 1));
    return page;
  }

  private Kept kept(Rows.Row row) {
    byte[] done = shard.durable().get(Tables.INPUT_DONE, row.key());
    return new Kept(
        row.key().read().number(), Stored.decode(row.value(), InputRow.class), bitmap(done));
  }

  private static int bitmap(byte @Nullable [] done) {
    return done == null ? 0 : ByteBuffer.wrap(done).getInt();
  }

  /** Keeps a message; completes with its number when it is durable, on the shard's thread. */
  CompletableFuture<Long> keep(InputRow row) {
    long number = next.getAndIncrement();
    byte[] value = Stored.encode(row);
    return shard.submit(
        tx -> {
          tx.put(Tables.INPUT, Key.of(number), value);
          return number;
        });
  }

  /** Marks one of several actions as done. */
  CompletableFuture<Boolean> done(long number, int action) {
    Key key = Key.of(number);
    return shard.submit(
        tx -> {
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
