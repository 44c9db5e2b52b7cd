package io.thingstead.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A part of the durable state with one owner: a {@link ShardLoop} decides its commands one after
 * the other, against the overlay of what is decided and the tables of what is durable. Everything
 * but the public methods and {@link #submit} runs on that loop.
 */
public final class Shard {
  private static final System.Logger LOG = System.getLogger(Shard.class.getName());

  private final ShardId id;
  private final Engine engine;
  private final Store store;
  private final ShardLoop loop;
  private final Overlay overlay;
  private final CommitLane lane;
  private final Outbox outbox;
  private final Timers timers;
  private final Deque<Turn> turns = new ArrayDeque<>();
  private long lastTurn;

  Shard(ShardId id, Engine engine, Store store, ShardLoop loop, CommitLane lane) {
    this.id = id;
    this.engine = engine;
    this.store = store;
    this.loop = loop;
    this.lane = lane;
    overlay = new Overlay(store);
    outbox = new Outbox(this, store, engine);
    timers = new Timers(this, overlay, engine);
  }

  public ShardId id() {
    return id;
  }

  /** An account's part of it. */
  public AccountShard account(long account) {
    if (account < 0) {
      throw new IllegalArgumentException("account " + account + " is negative");
    }
    return new AccountShard(this, account);
  }

  <R extends @Nullable Object> CompletableFuture<R> submit(long account, Command<R> command) {
    CompletableFuture<R> reply = new CompletableFuture<>();
    if (engine.isClosing()) {
      reply.completeExceptionally(new StoreUnavailableException("the server is shutting down"));
    } else if (!loop.offer(() -> decide(account, command, reply))) {
      engine.stats().refusedInboxFull.increment();
      reply.completeExceptionally(
          new StoreUnavailableException("too many commands wait for shard " + id));
    }
    return reply;
  }

  <R extends @Nullable Object> R await(CompletableFuture<R> reply) {
    return engine.await(reply);
  }

  Rows durable(long account) {
    return new AccountRows(store, id, account);
  }

  /** Runs a task on the shard's thread; for a number of tasks that is bounded elsewhere. */
  void execute(Runnable task) {
    loop.execute(task);
  }

  private <R extends @Nullable Object> void decide(
      long account, Command<R> command, CompletableFuture<R> reply) {
    if (!engine.accepting()) {
      engine.stats().refusedNoSpace.increment();
      reply.completeExceptionally(
          new StoreUnavailableException("disk space is short: free some, nothing else is needed"));
      return;
    }
    if (!lane.reserve()) {
      reply.completeExceptionally(new StoreUnavailableException("too many commits wait for disk"));
      return;
    }
    engine.stats().decided.increment();
    ShardTx tx = begin(account);
    Runnable answer;
    try {
      R result = command.decide(tx);
      answer = () -> reply.complete(result);
    } catch (Throwable refusal) {
      tx = begin(account);
      answer = () -> reply.completeExceptionally(refusal);
    } finally {
      tx.close();
    }
    finish(tx, new Waiter(answer, reply::completeExceptionally));
  }

  /**
   * Applies a message and the record that it was applied in one batch. When the handler throws,
   * only the record: it would throw again.
   *
   * @return false when it has to be tried later: nothing happened
   */
  boolean apply(Message message, Consumer<ShardTx> record, Waiter waiter) {
    if (!engine.accepting() || !lane.reserve()) {
      return false;
    }
    ShardTx tx = begin(message.account());
    try {
      engine.requireHandler(message.handler()).handle(tx, message.body());
    } catch (StoreReadException e) {
      LOG.log(System.Logger.Level.ERROR, "message put off: handler " + message.handler(), e);
      tx.close();
      lane.release();
      return false;
    } catch (RuntimeException | StackOverflowError e) {
      engine.stats().handlerFailures.increment();
      LOG.log(System.Logger.Level.ERROR, "message dropped: handler " + message.handler(), e);
      tx.close();
      tx = begin(message.account());
    }
    record.accept(tx);
    tx.close();
    finish(tx, waiter);
    return true;
  }

  /** Changes rows of the engine itself, even while disk space is short; false: try later. */
  boolean change(Consumer<ShardTx> change) {
    if (!lane.reserve()) {
      return false;
    }
    ShardTx tx = begin(0);
    change.accept(tx);
    tx.close();
    finish(tx, new Waiter(() -> {}, _ -> {}));
    return true;
  }

  /** Runs a waiter when all decided changes are durable. */
  void whenDurable(Waiter waiter) {
    Turn last = turns.peekLast();
    if (last == null) {
      waiter.durable().run();
    } else {
      last.waiters.add(waiter);
    }
  }

  private ShardTx begin(long account) {
    return new ShardTx(engine, id, account, overlay);
  }

  // Holds a slot of the commit queue, which the commit or a read-only end gives back.
  private void finish(ShardTx tx, Waiter waiter) {
    boolean seen = overlay.takeSeen();
    if (tx.changes.isEmpty()) {
      lane.release();
      Waiter all = withEffects(tx, waiter);
      if (seen) {
        whenDurable(all);
      } else {
        all.durable().run();
      }
      return;
    }
    Turn turn = new Turn(++lastTurn, tx.changes);
    turn.waiters.add(new Waiter(() -> outbox.durable(tx.sent), _ -> {}));
    turn.waiters.add(withEffects(tx, waiter));
    overlay.add(tx.changes, turn.number);
    timers.scheduled(tx.earliestDue);
    turns.add(turn);
    Batch batch = new Batch();
    tx.changes.writeTo(batch);
    lane.submitReserved(batch, turn);
  }

  private static Waiter withEffects(ShardTx tx, Waiter waiter) {
    if (tx.effects.isEmpty()) {
      return waiter;
    }
    return new Waiter(
        () -> {
          tx.effects.forEach(Shard::runEffect);
          waiter.durable().run();
        },
        waiter.failed());
  }

  private static void runEffect(Runnable effect) {
    try {
      effect.run();
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "an effect of a command threw", e);
    }
  }

  /** One batch on its way to the store. */
  private final class Turn implements CommitListener {
    final long number;
    final Overlay changes;
    final List<Waiter> waiters = new ArrayList<>(2);

    Turn(long number, Overlay changes) {
      this.number = number;
      this.changes = changes;
    }

    @Override
    public void committed(Batch batch, @Nullable StoreUnavailableException failure) {
      loop.execute(() -> completed(this, batch, failure));
    }
  }

  private void completed(Turn turn, Batch batch, @Nullable StoreUnavailableException failure) {
    Turn oldest = turns.remove();
    if (oldest != turn) {
      throw new IllegalStateException("shard " + id + ": commits completed out of order");
    }
    if (failure == null) {
      overlay.remove(turn.changes, turn.number);
      turn.waiters.forEach(waiter -> waiter.durable().run());
      return;
    }
    if (lane.isCurrent(batch)) {
      overlay.clear();
      lane.resume();
      timers.reload();
      outbox.reload();
    }
    turn.waiters.forEach(waiter -> waiter.failed().accept(failure));
  }

  /** Outbox and timers; milliseconds after which it wants to be called again. */
  long background() {
    return Math.min(timers.fireDue(), outbox.deliver());
  }

  /** Whether nothing is on its way. */
  boolean isSettled() {
    return turns.isEmpty() || engine.isDead();
  }

  /** A message from another shard's outbox, or this one's. */
  void receive(Shard source, long sequence, Message message) {
    outbox.receive(source, sequence, message);
  }

  /** This shard's outbox hears that a target has durably applied all up to a sequence. */
  void applied(ShardId target, long sequence) {
    outbox.applied(target, sequence);
  }

  /** This shard's outbox hears that a target could not take a message. */
  void refused(ShardId target) {
    outbox.refused(target);
  }

  /** Reads the shard's newest state, decided or durable. */
  AccountRows newest(long account) {
    return new AccountRows(overlay, id, account);
  }
}
