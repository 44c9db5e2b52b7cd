package io.thingstead.engine.rocks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The directory of a store and what belongs to it, mode 0700. Its file {@code format} says which
 * version of the layout everything in it has. It has no lock of its own: whose it is decides the
 * data directory that it lies in, and RocksDB opens its files for one process only.
 */
public final class StoreDirectory {
  /** The version that this program writes, and the only one that it reads. */
  public static final int FORMAT = 1;

  private static final String MODE = "rwx------";
  private static final String FORMAT_FILE = "format";
  private static final String NEW_FORMAT_FILE = "format.new";
  private static final Pattern FORMAT_LINE =
      Pattern.compile("thingstead data format (\\d{1,9})\\s*");

  private StoreDirectory() {}

  /**
   * Makes sure that the directory is one that this program can use; makes it when it does not exist
   * or is empty.
   *
   * @throws UnusableDataException when it was written by a newer version, or something else lives
   *     there
   */
  public static void prepare(Path path) {
    try {
      boolean fresh = make(path);
      Path format = path.resolve(FORMAT_FILE);
      if (Files.exists(format)) {
        check(path, Files.readString(format));
      } else if (fresh) {
        writeFormat(path);
      } else {
        throw new UnusableDataException(
            path
                + " is not empty and has no file 'format': it is no store of Thingstead; choose"
                + " another directory with --data");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("store " + path + ": " + e.getMessage(), e);
    }
  }

  /** Creates the directory; whether nothing is in it that would need a format. */
  private static boolean make(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      Files.createDirectories(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(MODE)));
    }
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(MODE));
    try (var files = Files.list(path)) {
      return files.allMatch(file -> file.getFileName().toString().equals(NEW_FORMAT_FILE));
    }
  }

  private static void check(Path path, String content) {
    Matcher line = FORMAT_LINE.matcher(content);
    if (!line.matches()) {
      throw new UnusableDataException(
          path.resolve(FORMAT_FILE) + " is damaged: it should read 'thingstead data format N'");
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
    Path fresh = path.resolve(NEW_FORMAT_FILE);
    Files.writeString(
        fresh,
        "thingstead data format " + FORMAT + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.WRITE,
        StandardOpenOption.SYNC);
    Files.move(fresh, path.resolve(FORMAT_FILE), StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel directory = FileChannel.open(path)) {
      directory.force(true);
    }
  }
}
