package io.thingstead.cli;

import io.thingstead.config.DataDirectory;
import io.thingstead.identity.MasterKeyFile;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "restore",
    mixinStandardHelpOptions = true,
    description = {
      "Makes a new data directory of a backup, after it has compared every file with the manifest.",
      "",
      "Then start the server on it: devices and tools go on with the certificates and keys that"
          + " they have."
    },
    footer = {
      "",
      "Example:",
      "  ./thingstead restore /backups/2026-11-24 --data /srv/iot",
      "  ./thingstead restore /backups/2026-11-24 --verify"
    })
final class RestoreCommand implements Runnable {
  private final Surroundings surroundings;

  @Option(
      names = "--data",
      paramLabel = "DIRECTORY",
      description = "The data directory to make; empty or not there yet.")
  private @Nullable Path data;

  @Option(
      names = "--master-key",
      paramLabel = "FILE",
      description = "The master key, for a backup that was made without it.")
  private @Nullable Path masterKey;

  @Option(names = "--verify", description = "Only compares the backup with its manifest.")
  private boolean verify;

  @Parameters(paramLabel = "BACKUP", description = "The directory that 'backup' wrote.")
  private Path directory = Path.of("");

  RestoreCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public void run() {
    Backup backup = new Backup(directory.toAbsolutePath().normalize());
    Backup.Manifest manifest = backup.manifest();
    backup.verify(manifest);
    String what =
        "%s of %s: %,d bytes in %d files"
            .formatted(
                backup.directory(),
                manifest.createdAt(),
                manifest.bytes(),
                manifest.files().size());
    if (verify) {
      surroundings.out().println("whole: " + what);
      return;
    }
    DataDirectory to = new DataDirectory(surroundings.settings().data(data));
    backup.restore(manifest, to, masterKey);
    to.notes()
        .add(
            surroundings.clock().instant(),
            "thingstead:restore",
            Map.of("backup", backup.directory().toString(), "backupOf", manifest.createdAt()));
    surroundings.out().println("restored " + what);
    String needed =
        switch (new MasterKeyFile(to.masterKey()).protection()) {
          case PLAIN -> "";
          case PASSPHRASE -> "; it will ask for the master key's passphrase";
          case TOKEN -> " --master-key-token FILE; it needs the token, and its PIN";
        };
    surroundings.out().println("now: ./thingstead up --data " + to.path() + needed);
  }
}
