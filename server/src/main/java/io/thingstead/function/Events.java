package io.thingstead.function;

import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Limits;
import io.thingstead.row.Json;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Asynchronous calls: a row each until the function has answered, or has failed as often as it may
 * (AWS Lambda guide: "How Lambda handles errors and retries with asynchronous invocation"). A crash
 * repeats what was going on, so a function may see an event twice.
 */
final class Events {
  private static final System.Logger LOG = System.getLogger(Events.class.getName());
  private static final int TRIES = 3;
  private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
  private static final int WAIT_FACTOR = 10;
  private static final int SCAN = 500;

  private final Functions functions;
  private final AccountShard shard;
  private final FunctionHost host;
  private final Limits.Functions limits;
  private final AtomicInteger pending = new AtomicInteger();
  private final AtomicLong last = new AtomicLong(-1);
  private volatile boolean closed;

  Events(Functions functions, AccountShard shard, FunctionHost host, Limits.Functions limits) {
    this.functions = functions;
    this.shard = shard;
    this.host = host;
    this.limits = limits;
  }

  int pending() {
    return pending.get();
  }

  /** Takes up what a former run has left. */
  void recover() {
    Key after = null;
    List<Rows.Row> some;
    do {
      some = shard.durable().scan(Tables.EVENT, Key.ALL, after, SCAN);
      for (Rows.Row each : some) {
        long number = each.key().read().number();
        last.set(number);
        after = each.key();
        pending.incrementAndGet();
        EventRow row = Json.decode(each.value(), EventRow.class);
        host.threads().execute(() -> run(number, row));
      }
    } while (some.size() == SCAN);
  }

  /** Makes a call durable, then has it made. */
  void keep(String function, byte[] payload) {
    if (pending.incrementAndGet() > limits.pendingEvents()) {
      pending.decrementAndGet();
      throw new ApiException(
          AwsError.TOO_MANY_REQUESTS,
          "Rate Exceeded.: " + limits.pendingEvents() + " asynchronous calls wait already");
    }
    try {
      long number = last.incrementAndGet();
      EventRow row = new EventRow(function, payload, 0, host.clock().millis());
      put(number, row);
      host.threads().execute(() -> run(number, row));
    } catch (RuntimeException e) {
      pending.decrementAndGet();
      throw e;
    }
  }

  private void put(long number, EventRow row) {
    shard.call(
        tx -> {
          tx.put(Tables.EVENT, Key.of(number), Json.encode(row));
          return number;
        });
  }

  private void run(long number, EventRow row) {
    String why;
    try {
      FunctionResult result = functions.runKept(row.function(), row.payload());
      if (!result.failed()) {
        forget(number);
        return;
      }
      why = new String(result.payload(), java.nio.charset.StandardCharsets.UTF_8);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the server stops: it is made at the next start
      return;
    } catch (ApiException e) {
      why = e.text();
    } catch (RuntimeException e) {
      if (closed) {
        return;
      }
      why = e.toString();
    }
    again(number, row.failed(), why);
  }

  private void again(long number, EventRow row, String why) {
    if (closed) {
      return;
    }
    if (row.tries() >= TRIES) {
      LOG.log(
          System.Logger.Level.WARNING,
          "function {0} has failed {1} times on an event, which is given up: {2}",
          row.function(),
          row.tries(),
          why);
      forget(number);
      return;
    }
    put(number, row);
    long wait = FIRST_WAIT.toMillis();
    for (int i = 1; i < row.tries(); i++) {
      wait *= WAIT_FACTOR;
    }
    CompletableFuture.delayedExecutor(wait, TimeUnit.MILLISECONDS, host.threads())
        .execute(() -> run(number, row));
  }

  private void forget(long number) {
    shard.call(
        tx -> {
          tx.delete(Tables.EVENT, Key.of(number));
          return number;
        });
    pending.decrementAndGet();
  }

  void close() {
    closed = true;
  }
}
