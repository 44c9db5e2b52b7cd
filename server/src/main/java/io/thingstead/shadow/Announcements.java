package io.thingstead.shadow;

import io.thingstead.broker.Message;
import io.thingstead.broker.Origin;
import io.thingstead.broker.Publishing;
import io.thingstead.broker.Qos;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.model.topic.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Tells of changes, at least once even over a crash. An announcement is a row of the batch that
 * makes the change; it is published when that is durable, and the row goes when the broker has it
 * durably for all who are owed it. The engine's outbox would not do: its message is gone as soon as
 * a command has taken it, before the broker has stored anything.
 */
final class Announcements {
  private static final System.Logger LOG = System.getLogger(Announcements.class.getName());

  /** Rows read or deleted at once. */
  private static final int CHUNK = 256;

  /** Announcements that wait to be told again at one time; the others wait for the next start. */
  private static final int WAITING_MAX = 1000;

  /** Tries of one announcement: about four minutes. */
  private static final int TRIES = 9;

  private static final Duration FIRST_WAIT = Duration.ofSeconds(1);

  private final AccountShard shard;
  private final Publishing broker;
  private final Later later;
  private final AtomicInteger waiting = new AtomicInteger();
  // Not longer than the number of rows in the table, which the commit queue bounds.
  private final Queue<Key> published = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean deleting = new AtomicBoolean();
  private volatile boolean closed;

  Announcements(AccountShard shard, Publishing broker, Later later) {
    this.shard = shard;
    this.broker = broker;
    this.later = later;
  }

  /** Does not try again any more what cannot be published: that is for the next start. */
  void close() {
    closed = true;
  }

  /** Publishes what a former run has left. */
  void resume() {
    Rows rows = shard.durable();
    Key after = null;
    List<Rows.Row> some;
    do {
      some = rows.scan(Tables.ANNOUNCEMENT, Key.ALL, after, CHUNK);
      for (Rows.Row row : some) {
        publish(row.key(), Announcement.decode(row.value()), 1);
        after = row.key();
      }
    } while (some.size() == CHUNK);
  }

  /** Makes the announcement part of the transaction. */
  void add(Tx tx, Key key, Announcement announcement) {
    tx.put(Tables.ANNOUNCEMENT, key, announcement.encode());
    tx.afterDurable(() -> publish(key, announcement, 1));
  }

  private void publish(Key key, Announcement announcement, int tries) {
    Origin origin = new Origin(null, null, null, announcement.hops());
    List<CompletableFuture<Void>> stored = new ArrayList<>();
    for (Announcement.Part part : announcement.parts()) {
      Message message =
          Message.of(
              new Topic(part.topic()),
              part.payload(),
              Qos.AT_LEAST_ONCE,
              origin,
              announcement.changedMillis());
      stored.add(broker.publish(message).toCompletableFuture());
    }
    var _ =
        CompletableFuture.allOf(stored.toArray(CompletableFuture[]::new))
            .whenComplete((_, failure) -> published(key, tries, failure));
  }

  private void published(Key key, int tries, @Nullable Throwable failure) {
    if (failure == null) {
      published.add(key);
      deletePublished();
      return;
    }
    if (closed || tries == TRIES) {
      leave(failure);
    } else if (waiting.incrementAndGet() > WAITING_MAX) {
      waiting.decrementAndGet();
      leave(failure);
    } else {
      later.run(FIRST_WAIT.multipliedBy(1L << (tries - 1)), () -> again(key, tries + 1));
    }
  }

  private static void leave(Throwable failure) {
    LOG.log(
        System.Logger.Level.WARNING,
        "a shadow's change could not be stored for all its subscribers, it is told again at the"
            + " next start",
        failure);
  }

  // Only the key has waited: the row is still there, since only what is told is deleted.
  private void again(Key key, int tries) {
    waiting.decrementAndGet();
    byte[] row = closed ? null : shard.durable().get(Tables.ANNOUNCEMENT, key);
    if (row != null) {
      publish(key, Announcement.decode(row), tries);
    }
  }

  private void deletePublished() {
    if (published.isEmpty() || !deleting.compareAndSet(false, true)) {
      return;
    }
    List<Key> keys = new ArrayList<>();
    for (Key key; keys.size() < CHUNK && (key = published.poll()) != null; ) {
      keys.add(key);
    }
    var _ =
        shard
            .submit(
                tx -> {
                  keys.forEach(key -> tx.delete(Tables.ANNOUNCEMENT, key));
                  return keys.size();
                })
            .whenComplete(
                (_, failure) -> {
                  if (failure != null) {
                    // Tried again with the next that is published; at worst told twice after a
                    // restart.
                    published.addAll(keys);
                  }
                  deleting.set(false);
                  if (failure == null) {
                    deletePublished();
                  }
                });
  }
}
