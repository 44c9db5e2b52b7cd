package io.thingstead.broker;

import io.thingstead.engine.Batch;
import io.thingstead.engine.CommitLane;
import io.thingstead.engine.Key;
import io.thingstead.engine.ShardId;
import io.thingstead.engine.StoreUnavailableException;
import io.thingstead.engine.Table;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one lane makes durable. Changes are gathered in an open group while the group before is
 * being synced, so that a group holds what one sync's time brings; rows of sessions are only
 * encoded when their group closes, and not at all when the message was acknowledged by then.
 */
final class Journal {
  private static final System.Logger LOG = System.getLogger(Journal.class.getName());

  /** Who has rows to add when the group closes. */
  interface Writer {
    void write(Batch batch, Group group);
  }

  /** The changes of one group and who waits for it. */
  static final class Group {
    private final Batch batch = new Batch();
    private final Set<Writer> writers = new LinkedHashSet<>();
    private final List<Waiter> waiters = new ArrayList<>();
    private final List<Consumer<Batch>> last = new ArrayList<>(0);
    private boolean urgent;

    /** Has rows added when all writers have added theirs. */
    void last(Consumer<Batch> writes) {
      last.add(writes);
    }

    /** Has the waiter told when this group is durable or refused. */
    void then(Waiter waiter) {
      waiters.add(waiter);
    }
  }

  /** Hears on the lane what became of a group. */
  interface Waiter {
    void committed(boolean durable);
  }

  private final CommitLane commits;
  private Group open = new Group();
  private @Nullable Group spare;
  private boolean committing;
  private boolean retry;
  private @Nullable Lane lane;

  Journal(CommitLane commits) {
    this.commits = commits;
  }

  void join(Lane owner) {
    lane = owner;
  }

  void put(ShardId shard, long account, Table table, Key key, byte[] value) {
    open.batch.put(shard, account, table, key, value);
    urgent();
  }

  void delete(ShardId shard, long account, Table table, Key key) {
    open.batch.delete(shard, account, table, key);
    urgent();
  }

  void deleteAll(ShardId shard, long account, Table table, Key prefix) {
    open.batch.deleteAll(shard, account, table, prefix);
    urgent();
  }

  /** The writer has rows for the open group; it is asked for them when the group closes. */
  void write(Writer writer) {
    open.writers.add(writer);
    urgent();
  }

  /** As {@link #write}, but there is no hurry: with the next group, or the next second. */
  void writeLater(Writer writer) {
    open.writers.add(writer);
  }

  /** Tells the waiter when all that was put until now is durable, or refused. */
  void then(Waiter waiter) {
    open.then(waiter);
    urgent();
  }

  private void urgent() {
    if (!open.urgent) {
      open.urgent = true;
      owner().endTurnLater();
    }
  }

  private Lane owner() {
    return java.util.Objects.requireNonNull(lane);
  }

  /** At the end of a loop's turn: hands the open group over unless one is on its way. */
  void endTurn() {
    if (!committing && (open.urgent || retry)) {
      close();
    }
  }

  /** Once a second: what was not in a hurry goes too. */
  void flush() {
    if (!open.writers.isEmpty()) {
      urgent();
    }
  }

  private void close() {
    Group group = open;
    for (Writer writer : group.writers) {
      writer.write(group.batch, group);
    }
    group.writers.clear();
    group.last.forEach(writes -> writes.accept(group.batch));
    group.last.clear();
    if (group.batch.isEmpty()) {
      // All of it was acknowledged meanwhile.
      open = spare == null ? new Group() : spare;
      spare = null;
      tell(group, true);
      recycle(group);
      return;
    }
    if (!commits.submit(group.batch, (_, failure) -> done(group, failure))) {
      // The commit queue is full: the group stays open and grows until there is room.
      retry = true;
      return;
    }
    retry = false;
    committing = true;
    open = spare == null ? new Group() : spare;
    spare = null;
  }

  // On the commit thread.
  private void done(Group group, @Nullable StoreUnavailableException failure) {
    owner().loop().execute(() -> committed(group, failure == null));
  }

  private void committed(Group group, boolean durable) {
    committing = false;
    if (!durable) {
      commits.resume();
    }
    tell(group, durable);
    recycle(group);
    owner().endTurnLater();
  }

  private static void tell(Group group, boolean durable) {
    for (int i = 0; i < group.waiters.size(); i++) {
      try {
        group.waiters.get(i).committed(durable);
      } catch (RuntimeException e) {
        // A defect in one must not keep the others from their answers.
        LOG.log(System.Logger.Level.ERROR, "what waited for a commit failed", e);
      }
    }
  }

  private void recycle(Group group) {
    group.batch.clear();
    group.waiters.clear();
    group.urgent = false;
    spare = group;
  }
}
