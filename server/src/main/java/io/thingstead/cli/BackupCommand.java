package io.thingstead.cli;

import io.thingstead.config.DataDirectory;
import io.thingstead.identity.MasterKeyFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "backup",
    mixinStandardHelpOptions = true,
    description = {
      "Copies all a server has to a new directory, while it serves or while it is stopped.",
      "",
      "Everything that was acknowledged before is in it, and nothing in part. It holds the master"
          + " key, unless you say otherwise: keep it as safe as the data directory. To be run on"
          + " the server's machine, by the server's user."
    },
    footer = {
      "",
      "Example:",
      "  ./thingstead backup /backups/2026-11-24",
      "  ./thingstead backup --without-master-key --data /srv/iot /backups/2026-11-24"
    })
final class BackupCommand implements Runnable {
  private static final String SNAPSHOT = "/_thingstead/snapshot";

  private final Surroundings surroundings;

  @Mixin private final Target target = new Target();
  @Mixin private final Output output = new Output();

  @Option(
      names = "--without-master-key",
      description =
          "Leaves the key out under which all secrets are sealed. Keep master.key elsewhere: a"
              + " restore needs it.")
  private boolean withoutMasterKey;

  @Parameters(paramLabel = "DIRECTORY", description = "Where to; made, and must be empty.")
  private Path directory = Path.of("");

  BackupCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public void run() {
    DataDirectory data = target.find(surroundings).data();
    if (!Files.exists(data.store())) {
      throw new CommandFailedException(
          "there is no store in "
              + data.path()
              + "; run it on the server's machine and name its data directory with --data");
    }
    Backup backup = new Backup(directory.toAbsolutePath().normalize());
    Backup.Manifest written;
    try (DataDirectory.Lock stopped = data.tryLock()) {
      written = stopped == null ? ofRunning(backup, data) : write(backup, data, data.tables());
    }
    if (output.json()) {
      output.print(
          surroundings,
          Map.of(
              "directory", backup.directory().toString(),
              "createdAt", written.createdAt(),
              "bytes", written.bytes(),
              "files", written.files().size(),
              "masterKey", written.hasMasterKey()));
    } else {
      surroundings
          .out()
          .printf(
              "backed up %s to %s: %,d bytes in %d files, read again and found equal; %s%n",
              data.path(),
              backup.directory(),
              written.bytes(),
              written.files().size(),
              keyTold(data, written));
    }
  }

  private static String keyTold(DataDirectory data, Backup.Manifest written) {
    if (!written.hasMasterKey()) {
      return "without the master key, which a restore needs";
    }
    return switch (new MasterKeyFile(data.masterKey()).protection()) {
      case PLAIN -> "with the master key, so keep it safe";
      case PASSPHRASE -> "with the master key, which its passphrase opens";
      case TOKEN -> "with the master key, which only its token opens: keep that, or its backup";
    };
  }

  private Backup.Manifest write(Backup backup, DataDirectory data, Path tables) {
    return backup.write(data, tables, !withoutMasterKey, surroundings.clock().instant());
  }

  private Backup.Manifest ofRunning(Backup backup, DataDirectory data) {
    ApiClient server = new ApiClient(target.find(surroundings), surroundings.clock());
    Path lock = data.path().resolve("backup.lock");
    try (FileChannel channel =
        FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      if (lock(channel) == null) {
        throw new CommandFailedException("another backup of " + data.path() + " is being made");
      }
      server.post(SNAPSHOT, "");
      try {
        return write(backup, data, data.snapshot());
      } finally {
        server.delete(SNAPSHOT);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot use " + lock, e);
    }
  }

  private static @Nullable FileLock lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // held by this very process
    }
  }
}
