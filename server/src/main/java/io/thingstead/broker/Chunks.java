package io.thingstead.broker;

import io.thingstead.engine.Batch;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one partition that are stored once for several queues. A chunk's rows are written
 * in the batch of the queue rows that refer to it, and deleted in or behind the batch that deletes
 * the last of these, so that after a crash there is never a reference to nothing. For the
 * partition's lane.
 */
final class Chunks {
  /** Smaller messages are not worth a reference. */
  private static final int BYTES_MIN = 64;

  private final Broker broker;
  private final Lane lane;
  private final int partition;
  private final Map<Long, Chunk> chunks = new HashMap<>(2);
  private @Nullable Chunk open;
  private Journal.@Nullable Group openIn;

  Chunks(Broker broker, Lane lane, int partition) {
    this.broker = broker;
    this.lane = lane;
    this.partition = partition;
  }

  /** The chunk for a message in this group; null when it is to be in its queue's row itself. */
  @Nullable Chunk of(Stored message, Journal.Group group) {
    Body body = message.body;
    if (body == null || message.contentBytes() < BYTES_MIN || !body.sharedIn(partition)) {
      return null;
    }
    Chunk chunk = open;
    if (chunk == null || openIn != group || chunk.full()) {
      chunk = begin(group);
    }
    return chunk;
  }

  private Chunk begin(Journal.Group group) {
    Chunk chunk = new Chunk(lane.incarnation());
    open = chunk;
    openIn = group;
    chunks.put(chunk.number, chunk);
    group.last(batch -> write(batch, chunk));
    group.then(
        durable -> {
          if (!durable) {
            // Its messages are written anew, in another.
            chunks.remove(chunk.number, chunk);
          }
        });
    return chunk;
  }

  private void write(Batch batch, Chunk chunk) {
    if (open == chunk) {
      open = null;
      openIn = null;
    }
    Key key = Key.of(chunk.number);
    var shard = Tables.shard(partition);
    Chunk.Rows rows = chunk.close();
    batch.put(shard, broker.accountNumber(), Tables.CHUNK, key, rows.messages());
    batch.put(shard, broker.accountNumber(), Tables.CHUNK_USERS, key, rows.references());
  }

  /** With this batch, no row refers to the chunk any more. */
  void delete(Batch batch, Chunk chunk) {
    if (chunks.remove(chunk.number, chunk)) {
      Key key = Key.of(chunk.number);
      batch.delete(Tables.shard(partition), broker.accountNumber(), Tables.CHUNK, key);
      batch.delete(Tables.shard(partition), broker.accountNumber(), Tables.CHUNK_USERS, key);
      deletedWith(chunk);
    }
  }

  /** With the journal's open group, no row refers to the chunk any more. */
  void delete(Chunk chunk) {
    if (chunks.remove(chunk.number, chunk)) {
      deleteRows(chunk);
    }
  }

  private void deleteRows(Chunk chunk) {
    Key key = Key.of(chunk.number);
    lane.journal().delete(Tables.shard(partition), broker.accountNumber(), Tables.CHUNK, key);
    lane.journal().delete(Tables.shard(partition), broker.accountNumber(), Tables.CHUNK_USERS, key);
    deletedWith(chunk);
  }

  private void deletedWith(Chunk chunk) {
    lane.journal()
        .then(
            durable -> {
              if (!durable) {
                deleteRows(chunk);
              }
            });
  }

  int count() {
    return chunks.size();
  }

  /** Takes over what a former run has left, when the sessions are there. */
  void load(List<Rows.Row> references) {
    for (Rows.Row row : references) {
      Chunk chunk = new Chunk(row.key().read().number());
      lane.gave(chunk.number);
      RowReader in = new RowReader(row.value(), 1);
      while (!in.atEnd()) {
        Session session = broker.clients().get(lane, in.text());
        long incarnation = in.number();
        long last = in.number();
        if (session != null && session.incarnation() == incarnation) {
          Spool spool = session.outbound().spool();
          if (spool.head() <= last) {
            chunk.refer();
            spool.writer().refers(chunk, last);
          }
        }
      }
      if (chunk.isUnused()) {
        deleteRows(chunk);
      } else {
        chunks.put(chunk.number, chunk);
      }
    }
  }
}
