package io.thingstead.engine.rocks;

import io.thingstead.engine.Batch;
import io.thingstead.engine.CommitRefusedException;
import io.thingstead.engine.Family;
import io.thingstead.engine.Store;
import io.thingstead.engine.StoreReadException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.IndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * Durable tables on RocksDB: one log for all families, synced with every commit, whose files are
 * written over again instead of growing, since a sync that need not extend a file is many times
 * cheaper.
 */
public final class RocksStore implements Store {
  private static final int RECYCLED_LOGS = 4;
  private static final double BLOOM_BITS = 10;

  // RocksDB's batch: sequence number (8 bytes, set by it), count of records (4 bytes), records.
  private static final int BATCH_HEADER = 12;

  private final RocksDB db;
  private final ColumnFamilyHandle[] families;
  private final AcknowledgedMark mark;
  private final FileStore disk;

  /** Native objects in order of creation; freed in the opposite order. */
  private final List<AutoCloseable> natives;

  private final WriteOptions synced = new WriteOptions().setSync(true);
  private final WriteOptions probing = new WriteOptions();
  private final WriteBatch nothing = new WriteBatch();
  private final ReadWriteLock open = new ReentrantReadWriteLock();
  private boolean closed;
  private byte[] merged = new byte[BATCH_HEADER];

  private RocksStore(
      RocksDB db,
      List<ColumnFamilyHandle> handles,
      AcknowledgedMark mark,
      FileStore disk,
      List<AutoCloseable> natives) {
    this.db = db;
    this.mark = mark;
    this.disk = disk;
    this.natives = natives;
    families = handles.subList(1, handles.size()).toArray(ColumnFamilyHandle[]::new);
    natives.addAll(List.of(synced, probing, nothing));
  }

  /**
   * Opens the store in a directory, makes it when it does not exist, and replays its log.
   *
   * @throws UnusableDataException when its files are damaged or not all there
   */
  public static RocksStore open(Path directory, RocksSettings settings) {
    RocksDB.loadLibrary();
    List<AutoCloseable> natives = new ArrayList<>();
    try {
      Files.createDirectories(directory);
      DBOptions options = options(settings);
      natives.add(options);
      Cache cache = new LRUCache(settings.cacheBytes());
      natives.add(cache);
      List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
      descriptors.add(family("default", cache, settings, natives));
      for (Family family : Family.values()) {
        descriptors.add(family(family.name().toLowerCase(Locale.ROOT), cache, settings, natives));
      }
      List<ColumnFamilyHandle> handles = new ArrayList<>();
      RocksDB db = RocksDB.open(options, directory.toString(), descriptors, handles);
      natives.add(db);
      checkFamilies(directory, handles);
      AcknowledgedMark mark = AcknowledgedMark.open(directory);
      natives.add(mark);
      mark.check(db.getLatestSequenceNumber());
      return new RocksStore(db, handles, mark, Files.getFileStore(directory), natives);
    } catch (RocksDBException e) {
      free(natives);
      throw new UnusableDataException(
          "the store in "
              + directory
              + " cannot be opened: "
              + e.getMessage()
              + ". If its files are damaged, restore a backup; nothing was changed",
          e);
    } catch (IOException e) {
      free(natives);
      throw new UncheckedIOException("the store in " + directory + ": " + e.getMessage(), e);
    } catch (RuntimeException e) {
      free(natives);
      throw e;
    }
  }

  private static DBOptions options(RocksSettings settings) {
    // Only by name: the log files that should be there are listed, so that a lost one is noticed.
    Properties named = new Properties();
    named.setProperty("track_and_verify_wals_in_manifest", "true");
    DBOptions options = DBOptions.getDBOptionsFromProps(named);
    return options
        .setCreateIfMissing(true)
        .setCreateMissingColumnFamilies(true)
        .setParanoidChecks(true)
        .setRecycleLogFileNum(RECYCLED_LOGS)
        .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery)
        .setMaxTotalWalSize(settings.logBytesMax())
        .setMaxBackgroundJobs(2)
        .setMaxOpenFiles(512)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setMaxLogFileSize(4 << 20)
        .setKeepLogFileNum(2);
  }

  private static ColumnFamilyDescriptor family(
      String name, Cache cache, RocksSettings settings, List<AutoCloseable> natives) {
    BloomFilter bloom = new BloomFilter(BLOOM_BITS);
    ColumnFamilyOptions options =
        new ColumnFamilyOptions()
            .setWriteBufferSize(settings.writeBufferBytes())
            .setLevelCompactionDynamicLevelBytes(true)
            .setCompressionType(CompressionType.LZ4_COMPRESSION)
            .setTableFormatConfig(
                new BlockBasedTableConfig()
                    .setBlockCache(cache)
                    .setFilterPolicy(bloom)
                    // In pieces: whole, those of a large file are more than a part of the cache
                    // holds, and each read would fetch them again.
                    .setIndexType(IndexType.kTwoLevelIndexSearch)
                    .setPartitionFilters(true)
                    .setPinTopLevelIndexAndFilter(true)
                    .setCacheIndexAndFilterBlocks(true)
                    .setCacheIndexAndFilterBlocksWithHighPriority(true)
                    .setPinL0FilterAndIndexBlocksInCache(true));
    natives.add(bloom);
    natives.add(options);
    return new ColumnFamilyDescriptor(name.getBytes(StandardCharsets.UTF_8), options);
  }

  // Batches name families by these numbers.
  private static void checkFamilies(Path directory, List<ColumnFamilyHandle> handles) {
    for (Family family : Family.values()) {
      int found = handles.get(family.id()).getID();
      if (found != family.id()) {
        throw new UnusableDataException(
            "the store in "
                + directory
                + " was not made by Thingstead: family "
                + family
                + " has the number "
                + found);
      }
    }
  }

  /** Keeps the native objects alive: a use after they are freed would end the process. */
  private void enter() {
    open.readLock().lock();
    if (closed) {
      open.readLock().unlock();
      throw new StoreReadException("the store is closed");
    }
  }

  private ColumnFamilyHandle handle(Family family) {
    return families[family.ordinal()];
  }

  @Override
  public byte @Nullable [] get(Family family, byte[] key) {
    enter();
    try {
      return db.get(handle(family), key);
    } catch (RocksDBException e) {
      throw new StoreReadException("the store cannot be read: " + e.getMessage(), e);
    } finally {
      open.readLock().unlock();
    }
  }

  @Override
  public List<Entry> scan(Family family, byte[] from, byte[] to, int limit) {
    List<Entry> found = new ArrayList<>();
    enter();
    try (Slice end = new Slice(to);
        ReadOptions bounded = new ReadOptions().setIterateUpperBound(end);
        RocksIterator rows = db.newIterator(handle(family), bounded)) {
      for (rows.seek(from); found.size() < limit && rows.isValid(); rows.next()) {
        found.add(new Entry(rows.key(), rows.value()));
      }
      rows.status();
      return found;
    } catch (RocksDBException e) {
      throw new StoreReadException("the store cannot be read: " + e.getMessage(), e);
    } finally {
      open.readLock().unlock();
    }
  }

  @Override
  public void commit(List<Batch> group) {
    try {
      // A store that has stopped (its disk was full when it sorted) refuses this change of nothing;
      // any later failure leaves the log in a state that only recovery can tell.
      db.write(probing, nothing);
    } catch (RocksDBException e) {
      throw new CommitRefusedException("the store takes no changes: " + e.getMessage(), e);
    }
    try (WriteBatch batch = new WriteBatch(merge(group))) {
      db.write(synced, batch);
    } catch (RocksDBException e) {
      throw new IllegalStateException("the log cannot be written: " + e.getMessage(), e);
    }
    mark.set(db.getLatestSequenceNumber());
  }

  private byte[] merge(List<Batch> group) {
    int size = BATCH_HEADER;
    int count = 0;
    for (Batch batch : group) {
      size += batch.sizeBytes();
      count += batch.count();
    }
    // The native side takes the whole array.
    if (merged.length != size) {
      merged = new byte[size];
    }
    ByteBuffer.wrap(merged).order(ByteOrder.LITTLE_ENDIAN).putInt(8, count);
    int at = BATCH_HEADER;
    for (Batch batch : group) {
      at = batch.copyTo(merged, at);
    }
    return merged;
  }

  @Override
  public void checkpoint(Path directory) {
    enter();
    try (Checkpoint checkpoint = Checkpoint.create(db)) {
      long acknowledged = mark.get();
      checkpoint.createCheckpoint(directory.toString());
      AcknowledgedMark.write(directory, acknowledged);
    } catch (RocksDBException | IOException e) {
      throw new IllegalStateException(
          "no checkpoint could be made in " + directory + ": " + e.getMessage(), e);
    } finally {
      open.readLock().unlock();
    }
  }

  @Override
  public long freeBytes() {
    try {
      return disk.getUsableSpace();
    } catch (IOException e) {
      throw new UncheckedIOException("free space is unknown", e);
    }
  }

  /** Sorts what is in memory to disk, so that the next start has no log to replay, and closes. */
  @Override
  public void close() {
    open.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        flushAndFree();
      }
    } finally {
      open.writeLock().unlock();
    }
  }

  private void flushAndFree() {
    try (FlushOptions waiting = new FlushOptions().setWaitForFlush(true)) {
      db.flush(waiting, List.of(families));
    } catch (RocksDBException e) {
      System.getLogger(RocksStore.class.getName())
          .log(System.Logger.Level.WARNING, "the next start replays the log: " + e.getMessage());
    }
    for (ColumnFamilyHandle family : families) {
      family.close();
    }
    free(natives);
  }

  private static void free(List<AutoCloseable> natives) {
    for (AutoCloseable each : natives.reversed()) {
      try {
        each.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
    natives.clear();
  }
}
