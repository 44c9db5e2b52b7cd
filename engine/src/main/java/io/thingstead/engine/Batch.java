package io.thingstead.engine;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Changes that become durable together or not at all. Cheap to build: the changes are appended to
 * one array in the encoding that the store writes to its log. Used by one thread until it is handed
 * to a {@link CommitLane}, then not touched until its listener was called; then {@link #clear}
 * makes it new. Later changes of a row win over earlier ones.
 */
public final class Batch {
  // The record tags of RocksDB's write batch, which are part of its log format: a column family's
  // put, delete and range delete. RocksStore hands the records over as they are.
  static final byte DELETE = 0x4;
  static final byte PUT = 0x5;
  static final byte DELETE_RANGE = 0xE;

  /** Marks the tag of a change that was taken out again. */
  private static final byte CANCELLED = 0x40;

  private static final int INITIAL_BYTES = 256;

  private byte[] records = new byte[INITIAL_BYTES];
  private int size;
  private int count;
  private int last;
  private boolean cancelled;
  private boolean closed;

  // Written by the lane on submit, read by the commit thread.
  @Nullable CommitLane lane;
  @Nullable CommitListener listener;
  int epoch;

  /** Writes a row. */
  public Batch put(ShardId shard, long account, Table table, Key key, byte[] value) {
    return put(shard, account, table, key, ByteBuffer.wrap(value));
  }

  /** Writes a row; the value is what remains in the buffer, whose position is left alone. */
  public Batch put(ShardId shard, long account, Table table, Key key, ByteBuffer value) {
    int length = value.remaining();
    begin(PUT, table.family(), Layout.PREFIX_BYTES + key.length() + length + 10);
    key(shard, account, table, key);
    varint(length);
    value.get(value.position(), records, size, length);
    size += length;
    return this;
  }

  /** Deletes a row, if there is one. */
  public Batch delete(ShardId shard, long account, Table table, Key key) {
    begin(DELETE, table.family(), Layout.PREFIX_BYTES + key.length() + 5);
    key(shard, account, table, key);
    return this;
  }

  /** Deletes the rows of a table from a key, inclusive, to a key, exclusive. */
  public Batch deleteRange(ShardId shard, long account, Table table, Key from, Key to) {
    return rangeRecord(
        table.family(),
        Layout.row(shard, account, table, from),
        Layout.row(shard, account, table, to));
  }

  /** Deletes all rows of a table whose key begins with the prefix. */
  public Batch deleteAll(ShardId shard, long account, Table table, Key prefix) {
    byte[] from = Layout.row(shard, account, table, prefix);
    return rangeRecord(table.family(), from, Layout.end(from));
  }

  /** Whether nothing is changed. */
  public boolean isEmpty() {
    return count == 0;
  }

  /** The encoded size in bytes. */
  public int sizeBytes() {
    return size;
  }

  /** The number of changes. */
  public int count() {
    return count;
  }

  /** Names the change that was appended last, for {@link #cancel}. */
  public int last() {
    return last;
  }

  /**
   * Takes one change out again, also after the batch was submitted; by the owner's thread.
   *
   * @param change what {@link #last} said behind it; not to be cancelled twice
   * @return false when it is too late: the change is on its way to the disk or there
   */
  public synchronized boolean cancel(int change) {
    if (closed) {
      return false;
    }
    records[change] |= CANCELLED;
    cancelled = true;
    count--;
    return true;
  }

  /** The commit thread takes the batch: what is cancelled goes, nothing can be any more. */
  synchronized void close() {
    closed = true;
    if (!cancelled) {
      return;
    }
    Reader in = new Reader();
    int kept = 0;
    while (in.at < size) {
      int start = in.at;
      byte tag = records[start];
      in.skipRecord();
      if ((tag & CANCELLED) == 0) {
        System.arraycopy(records, start, records, kept, in.at - start);
        kept += in.at - start;
      }
    }
    size = kept;
    cancelled = false;
  }

  /** Takes all changes out again. */
  public synchronized void clear() {
    closed = false;
    cancelled = false;
    size = 0;
    count = 0;
    lane = null;
    listener = null;
  }

  void putRow(Family family, byte[] row, byte[] value) {
    begin(PUT, family, row.length + value.length + 10);
    bytes(row);
    bytes(value);
  }

  void deleteRow(Family family, byte[] row) {
    begin(DELETE, family, row.length + 5);
    bytes(row);
  }

  Batch rangeRecord(Family family, byte[] from, byte[] to) {
    if (Arrays.compareUnsigned(from, to) < 0) {
      begin(DELETE_RANGE, family, from.length + to.length + 10);
      bytes(from);
      bytes(to);
    }
    return this;
  }

  /** Appends the encoded changes to an array at a position; the position behind them. */
  public int copyTo(byte[] to, int at) {
    System.arraycopy(records, 0, to, at, size);
    return at + size;
  }

  /** Shows the changes in order. */
  public void forEach(Visitor visitor) {
    Reader in = new Reader();
    while (in.at < size) {
      byte tag = records[in.at++];
      Family family = Family.ofId(in.varint());
      byte[] row = in.bytes();
      switch (tag) {
        case PUT -> visitor.put(family, row, in.bytes());
        case DELETE -> visitor.delete(family, row);
        case DELETE_RANGE -> visitor.deleteRange(family, row, in.bytes());
        default -> throw new IllegalStateException("no batch record: " + tag);
      }
    }
  }

  /** Sees the changes of a batch, with encoded keys. */
  public interface Visitor {
    void put(Family family, byte[] row, byte[] value);

    void delete(Family family, byte[] row);

    void deleteRange(Family family, byte[] from, byte[] to);
  }

  private void begin(byte tag, Family family, int bytes) {
    int need = size + bytes + 2;
    if (need > records.length) {
      records = Arrays.copyOf(records, Math.max(need, records.length * 2));
    }
    last = size;
    records[size++] = tag;
    records[size++] = (byte) family.id();
    count++;
  }

  private void key(ShardId shard, long account, Table table, Key key) {
    varint(Layout.PREFIX_BYTES + key.length());
    size = Layout.write(records, size, shard, account, table, key);
  }

  private void bytes(byte[] value) {
    varint(value.length);
    System.arraycopy(value, 0, records, size, value.length);
    size += value.length;
  }

  private void varint(int value) {
    int rest = value;
    while (rest >= 0x80) {
      records[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    records[size++] = (byte) rest;
  }

  private final class Reader {
    private int at;

    void skipRecord() {
      int strings = (records[at] & ~CANCELLED) == DELETE ? 1 : 2;
      at += 2;
      for (int i = 0; i < strings; i++) {
        int length = varint();
        at += length;
      }
    }

    int varint() {
      int value = 0;
      int shift = 0;
      byte b;
      do {
        b = records[at++];
        value |= (b & 0x7F) << shift;
        shift += 7;
      } while (b < 0);
      return value;
    }

    byte[] bytes() {
      int length = varint();
      byte[] value = Arrays.copyOfRange(records, at, at + length);
      at += length;
      return value;
    }
  }
}
