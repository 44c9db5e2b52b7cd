package io.thingstead.engine.rocks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A server's data directory, mode 0700, held exclusively from {@link #open} to {@link #close}. Its
 * file {@code format} says which version of the layout everything in it has.
 */
public final class DataDirectory implements AutoCloseable {
  /** The version that this program writes, and the only one that it reads. */
  public static final int FORMAT = 1;

  private static final Pattern FORMAT_LINE =
      Pattern.compile("thingstead data format (\\d{1,9})\\s*");

  private final Path path;
  private final FileChannel lockFile;

  private DataDirectory(Path path, FileChannel lockFile) {
    this.path = path;
    this.lockFile = lockFile;
  }

  /**
   * Takes hold of a data directory; makes it when it does not exist or is empty.
   *
   * @throws UnusableDataException when another server uses it, or it was written by a newer
   *     version, or something else lives there
   */
  public static DataDirectory open(Path path) {
    FileChannel lockFile = null;
    try {
      boolean fresh = prepare(path);
      lockFile = lock(path);
      Path format = path.resolve("format");
      if (Files.exists(format)) {
        check(path, Files.readString(format));
      } else if (fresh) {
        writeFormat(path);
      } else {
        throw new UnusableDataException(
            path
                + " is not empty and has no file 'format': it is no data directory of Thingstead;"
                + " choose another with --data");
      }
      DataDirectory opened = new DataDirectory(path, lockFile);
      lockFile = null;
      return opened;
    } catch (IOException e) {
      throw new UncheckedIOException("data directory " + path + ": " + e.getMessage(), e);
    } finally {
      closeQuietly(lockFile);
    }
  }

  /** Creates the directory; whether nothing is in it that would need a format. */
  private static boolean prepare(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      Files.createDirectories(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
    try (var files = Files.list(path)) {
      return files.allMatch(
          file -> {
            String name = file.getFileName().toString();
            return name.equals("lock") || name.equals("format.new");
          });
    }
  }

  private static FileChannel lock(Path path) throws IOException {
    FileChannel channel =
        FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException _) {
      lock = null;
    }
    if (lock == null) {
      channel.close();
      throw new UnusableDataException(
          "another server is using " + path + ": stop it, or choose another directory with --data");
    }
    return channel;
  }

  private static void check(Path path, String content) {
    Matcher line = FORMAT_LINE.matcher(content);
    if (!line.matches()) {
      throw new UnusableDataException(
          path.resolve("format") + " is damaged: it should read 'thingstead data format N'");
    }
    int found = Integer.parseInt(line.group(1));
    if (found != FORMAT) {
      throw new UnusableDataException(
          path
              + " has data format "
              + found
              + "; this program reads format "
              + FORMAT
              + (found > FORMAT
                  ? ": use the newer program that wrote it, or restore a backup made before"
                  : ": it is older than any release"));
    }
  }

  // Written beside, synced and renamed, so that a crash leaves the old state or the new one.
  private static void writeFormat(Path path) throws IOException {
    Path fresh = path.resolve("format.new");
    Files.writeString(
        fresh,
        "thingstead data format " + FORMAT + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.WRITE,
        StandardOpenOption.SYNC);
    Files.move(fresh, path.resolve("format"), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel directory = FileChannel.open(path)) {
      directory.force(true);
    }
  }

  private static void closeQuietly(@Nullable FileChannel channel) throws UncheckedIOException {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** The directory. */
  public Path path() {
    return path;
  }

  /** Lets another server have it. */
  @Override
  public void close() {
    closeQuietly(lockFile);
  }
}
