package io.thingstead.engine;

import static io.thingstead.engine.EngineTables.TIMER;
import static io.thingstead.engine.EngineTables.TIMER_DUE;

import java.util.List;

/** Fires a shard's durable timers, each once: its row is deleted in the handler's batch. */
final class Timers {
  /** How long to wait when a timer cannot be fired now. */
  private static final long RETRY_MILLIS = 100;

  private static final int FIRED_PER_TURN = 64;

  private final Shard shard;
  private final AccountRows rows;
  private final Engine engine;

  // No timer is due before this.
  private long next;

  Timers(Shard shard, Overlay overlay, Engine engine) {
    this.shard = shard;
    this.engine = engine;
    rows = new AccountRows(overlay, shard.id(), Layout.ENGINE_ACCOUNT);
  }

  void scheduled(long due) {
    next = Math.min(next, due);
  }

  void reload() {
    next = 0;
  }

  /** Milliseconds until there is something to do again. */
  long fireDue() {
    for (int fired = 0; fired < FIRED_PER_TURN; fired++) {
      if (next == Long.MAX_VALUE) {
        return Worker.UNTIL_WOKEN;
      }
      long now = engine.clock().millis();
      if (next > now) {
        return next - now;
      }
      List<Rows.Row> first = rows.scan(TIMER, Key.ALL, null, 1);
      next = first.isEmpty() ? Long.MAX_VALUE : first.getFirst().key().read().number();
      if (next <= now && !fire(first.getFirst())) {
        return RETRY_MILLIS;
      }
    }
    return 0;
  }

  private boolean fire(Rows.Row row) {
    Key.Reader key = row.key().read();
    key.number();
    Key name = Key.of(key.number(), key.text());
    // The row goes first: the handler may schedule a timer of the same name.
    boolean fired =
        shard.apply(
            Message.decode(row.value()),
            tx -> {
              tx.deleteOwn(TIMER, row.key());
              tx.deleteOwn(TIMER_DUE, name);
            },
            new Waiter(() -> {}, _ -> {}));
    if (fired) {
      engine.stats().timersFired.increment();
    }
    return fired;
  }
}
