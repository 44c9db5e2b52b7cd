package io.thingstead.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * The directory that holds all a server has, for its user alone and for one server at a time.
 *
 * @param path where it is
 */
public record DataDirectory(Path path) {
  private static final String MODE = "rwx------";

  /** The key under which secrets are sealed. */
  public Path masterKey() {
    return path.resolve("master.key");
  }

  /** The CA that clients have to trust. */
  public Path caPem() {
    return path.resolve("ca.pem");
  }

  /** The administrators' access keys. */
  public Path credentials() {
    return path.resolve("credentials");
  }

  /** The engine's store. */
  public Path store() {
    return path.resolve("store");
  }

  /** The tables in the store. */
  public Path tables() {
    return store().resolve("tables");
  }

  /** What commands have done here, until the server writes it down. */
  public Notes notes() {
    return new Notes(path.resolve("notes"));
  }

  /** Where a running server puts a copy of its tables for a backup. */
  public Path snapshot() {
    return path.resolve("snapshot");
  }

  /** Where functions are unpacked while they run. */
  public Path functions() {
    return path.resolve("functions");
  }

  /** Where somebody puts the files of bulk registrations: ACCOUNT/BUCKET/KEY. */
  public Path buckets() {
    return path.resolve("buckets");
  }

  /** The settings, if they are kept here. */
  public Path configuration() {
    return path.resolve("thingstead.conf");
  }

  /** Where the running server, or the last one, is to be found. */
  public Path addresses() {
    return path.resolve("server.json");
  }

  /**
   * Makes the directory with mode 0700, or takes other users' rights to it away, and keeps other
   * servers out until the lock is closed.
   *
   * @throws InvalidSettingException when another server uses it
   */
  public Lock lock() {
    Lock lock = tryLock();
    if (lock == null) {
      throw new InvalidSettingException(
          "another server (process "
              + holder()
              + ") uses the data directory "
              + path
              + "; stop it, or use another --data");
    }
    return lock;
  }

  /** As {@link #lock}, but null when another server uses the directory. */
  public @Nullable Lock tryLock() {
    try {
      Files.createDirectories(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(MODE)));
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(MODE));
      FileChannel channel =
          FileChannel.open(
              lockFile(),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      if (tryLock(channel) == null) {
        channel.close();
        return null;
      }
      channel.truncate(0);
      channel.write(
          ByteBuffer.wrap(
              (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)));
      return new Lock(channel);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot use the data directory " + path, e);
    }
  }

  private Path lockFile() {
    return path.resolve("lock");
  }

  private String holder() {
    try {
      return Files.readString(lockFile()).strip();
    } catch (IOException e) {
      return "unknown";
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // held by this very process
    }
  }

  /** Whether other users could get in, which {@link #lock} mends. */
  public boolean isOpenToOthers() throws IOException {
    return !PosixFilePermissions.toString(Files.getPosixFilePermissions(path)).equals(MODE);
  }

  /** Keeps other servers out while it is open. */
  public static final class Lock implements AutoCloseable {
    private final FileChannel channel;

    private Lock(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public void close() {
      try {
        channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot release the data directory", e);
      }
    }
  }
}
