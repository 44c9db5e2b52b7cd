package io.thingstead.engine.rocks;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The number of the last change that was acknowledged, in a file of its own that is written through
 * memory after each sync and never synced itself: exact after a kill, at most too low after a power
 * cut. Replay of the log ends at the first record that is damaged, as it must at the torn end of a
 * log; if that end is before the mark, acknowledged changes are missing and nobody else would say.
 */
final class AcknowledgedMark implements AutoCloseable {
  private static final String NAME = "acknowledged";

  private final Path file;
  private final Arena arena;
  private final MemorySegment mapped;

  private AcknowledgedMark(Path file, Arena arena, MemorySegment mapped) {
    this.file = file;
    this.arena = arena;
    this.mapped = mapped;
  }

  @SuppressWarnings("MustBeClosedChecker") // close() closes the arena
  static AcknowledgedMark open(Path directory) throws IOException {
    Path file = directory.resolve(NAME);
    if (!Files.exists(file) || Files.size(file) != Long.BYTES) {
      // Written, not only extended: a write through memory to a hole of a full disk would be fatal.
      Files.write(file, new byte[Long.BYTES]);
    }
    Arena arena = Arena.ofShared();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return new AcknowledgedMark(
          file, arena, channel.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES, arena));
    } catch (IOException e) {
      arena.close();
      throw e;
    }
  }

  /** Refuses a store that has less than was acknowledged. */
  void check(long recovered) {
    long acknowledged = get();
    if (recovered < acknowledged) {
      throw new UnusableDataException(
          "the log in "
              + file.getParent()
              + " is damaged or not all there: it ends at change "
              + recovered
              + ", but changes up to "
              + acknowledged
              + " were acknowledged. Restore a backup; or, to go on without them, delete "
              + file);
    }
  }

  /** What was acknowledged so far. */
  long get() {
    return mapped.get(ValueLayout.JAVA_LONG, 0);
  }

  /** Puts a mark beside a copy of the store, which must not lose what was acknowledged either. */
  static void write(Path directory, long sequence) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
    Files.write(directory.resolve(NAME), bytes.putLong(sequence).array());
  }

  void set(long sequence) {
    mapped.set(ValueLayout.JAVA_LONG, 0, sequence);
  }

  @Override
  public void close() {
    arena.close();
  }
}
