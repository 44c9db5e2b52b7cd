package io.thingstead.identity;

import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Command;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.ShardId;
import io.thingstead.engine.Table;
import io.thingstead.engine.Tx;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A shard in a map: every command is durable at once, and a refused one leaves no trace. */
public final class MemoryShard implements AccountShard {
  private final ShardId id;
  private final InstantSource clock;
  private NavigableMap<Place, byte[]> rows = new TreeMap<>();

  public MemoryShard(ShardId id, InstantSource clock) {
    this.id = id;
    this.clock = clock;
  }

  private record Place(int table, Key key) implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      int tables = Integer.compare(table, other.table);
      return tables != 0 ? tables : key.compareTo(other.key);
    }
  }

  /** All stored bytes, to look for secrets in. */
  public synchronized List<byte[]> values() {
    return List.copyOf(rows.values());
  }

  @Override
  public <R> CompletableFuture<R> submit(Command<R> command) {
    try {
      return CompletableFuture.completedFuture(call(command));
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public synchronized <R> R call(Command<R> command) {
    Changes changes = new Changes(new TreeMap<>(rows));
    R reply = command.decide(changes);
    rows = changes.state;
    changes.effects.forEach(Runnable::run);
    return reply;
  }

  @Override
  public synchronized Rows durable() {
    return new Changes(rows);
  }

  @Override
  public ShardId id() {
    return id;
  }

  private final class Changes implements Tx {
    private final NavigableMap<Place, byte[]> state;
    private final List<Runnable> effects = new ArrayList<>();

    Changes(NavigableMap<Place, byte[]> state) {
      this.state = state;
    }

    @Override
    public byte @Nullable [] get(Table table, Key key) {
      byte[] value = state.get(new Place(table.id(), key));
      return value == null ? null : value.clone();
    }

    @Override
    public List<Row> scan(Table table, Key prefix, @Nullable Key after, int limit) {
      List<Row> found = new ArrayList<>();
      Place from = new Place(table.id(), after == null ? prefix : after);
      for (Map.Entry<Place, byte[]> e : state.tailMap(from, after == null).entrySet()) {
        boolean inside = e.getKey().table() == table.id() && e.getKey().key().startsWith(prefix);
        if (!inside || found.size() == limit) {
          break;
        }
        found.add(new Row(e.getKey().key(), e.getValue().clone()));
      }
      return found;
    }

    @Override
    public void put(Table table, Key key, byte[] value) {
      state.put(new Place(table.id(), key), value.clone());
    }

    @Override
    public void delete(Table table, Key key) {
      state.remove(new Place(table.id(), key));
    }

    @Override
    public void afterDurable(Runnable effect) {
      effects.add(effect);
    }

    @Override
    public void send(ShardId to, String handler, byte[] message) {
      throw new UnsupportedOperationException("identity sends nothing");
    }

    @Override
    public void schedule(String timer, Instant due, String handler, byte[] message) {
      throw new UnsupportedOperationException("identity sets no timers");
    }

    @Override
    public void cancel(String timer) {
      throw new UnsupportedOperationException("identity sets no timers");
    }

    @Override
    public Instant now() {
      return clock.instant();
    }
  }
}
