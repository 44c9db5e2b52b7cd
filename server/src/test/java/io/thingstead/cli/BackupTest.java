package io.thingstead.cli;

import static java.nio.file.attribute.PosixFilePermissions.fromString;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.thingstead.config.DataDirectory;
import io.thingstead.config.Machine;
import io.thingstead.engine.rocks.StoreDirectory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups of a stopped server; {@code BackupIT} makes one of a server under load. */
class BackupTest {
  @TempDir Path home;
  private DataDirectory data;
  private Path backup;
  private Path fresh;
  private ByteArrayOutputStream out = new ByteArrayOutputStream();
  private ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void aStoppedServer() throws IOException {
    data = new DataDirectory(home.resolve("data"));
    backup = home.resolve("backup");
    fresh = home.resolve("fresh");
    StoreDirectory.prepare(data.store());
    Files.createDirectories(data.tables());
    Files.writeString(data.tables().resolve("000007.sst"), "rows".repeat(500_000));
    Files.writeString(data.tables().resolve("MANIFEST-000004"), "");
    Files.writeString(data.tables().resolve("LOCK"), "");
    Files.writeString(data.tables().resolve("LOG.old.1"), "talk");
    Files.writeString(data.masterKey(), "k".repeat(32));
    Files.writeString(data.caPem(), "ca");
    Files.writeString(data.credentials(), "secret");
    Files.writeString(data.configuration(), "region = eu-west-1");
  }

  private int run(String... arguments) {
    out = new ByteArrayOutputStream();
    err = new ByteArrayOutputStream();
    Surroundings surroundings =
        new Surroundings(
            Map.of(),
            new Machine(home, List.of("localhost"), 2),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            () -> Instant.parse("2026-11-24T10:00:00Z"));
    return new Cli(_ -> 0, surroundings).run(arguments);
  }

  private void back(String... options) {
    int code =
        run(
            Stream.concat(Stream.of("backup", backup.toString()), Stream.of(options))
                .toArray(String[]::new));
    assertThat(code).as(this::said).isZero();
  }

  private int restore(String... options) {
    return run(
        Stream.concat(
                Stream.of("restore", backup.toString(), "--data", fresh.toString()),
                Stream.of(options))
            .toArray(String[]::new));
  }

  private String said() {
    return out.toString(StandardCharsets.UTF_8) + err.toString(StandardCharsets.UTF_8);
  }

  private static Set<String> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return new TreeSet<>(
          files
              .filter(Files::isRegularFile)
              .map(file -> directory.relativize(file).toString())
              .toList());
    }
  }

  @Test
  void aBackupIsRestoredToADirectoryOfItsOwnForItsOwnerAlone() throws IOException {
    back();
    assertThat(said()).contains("2,000,0").contains("with the master key");
    assertThat(restore()).as(this::said).isZero();

    assertThat(files(fresh))
        .containsExactlyInAnyOrder(
            "lock",
            "master.key",
            "notes",
            "store/format",
            "store/tables/000007.sst",
            "store/tables/MANIFEST-000004",
            "thingstead.conf");
    assertThat(fresh.resolve("store/tables/000007.sst"))
        .hasSameBinaryContentAs(data.tables().resolve("000007.sst"));
    for (Path each : List.of(backup, fresh)) {
      assertThat(Files.getPosixFilePermissions(each)).isEqualTo(fromString("rwx------"));
      assertThat(Files.getPosixFilePermissions(each.resolve("master.key")))
          .isEqualTo(fromString("rw-------"));
      assertThat(Files.getPosixFilePermissions(each.resolve("store/tables/000007.sst")))
          .isEqualTo(fromString("rw-------"));
    }
  }

  @Test
  void aDirectoryWithSomethingInItIsNeitherBackedUpNorRestoredTo() throws IOException {
    back();
    assertThat(run("backup", backup.toString())).isEqualTo(1);
    assertThat(said()).contains(backup + " is not empty");
    Files.createDirectories(fresh);
    Files.writeString(fresh.resolve("mine"), "mine");

    assertThat(restore()).isEqualTo(1);

    assertThat(said()).contains(fresh + " is not empty");
    assertThat(files(fresh)).containsExactly("mine");
  }

  @Test
  void aChangedByteIsFound() throws IOException {
    back();
    Files.writeString(backup.resolve("store/tables/000007.sst"), "rowz".repeat(500_000));

    assertThat(restore()).isEqualTo(1);

    assertThat(said()).contains("000007.sst has other contents than were written");
    assertThat(fresh).doesNotExist();
  }

  @Test
  void aShortAndALostFileAreFound() throws IOException {
    back();
    Files.writeString(backup.resolve("store/tables/MANIFEST-000004"), "x");
    assertThat(restore("--verify")).isEqualTo(1);
    assertThat(said()).contains("MANIFEST-000004 has 1 bytes, not 0");
    Files.delete(backup.resolve("store/tables/MANIFEST-000004"));
    assertThat(restore("--verify")).isEqualTo(1);
    assertThat(said()).contains("MANIFEST-000004 is missing");
  }

  @Test
  void anInterruptedBackupIsNone() throws IOException {
    back();
    Files.delete(backup.resolve("manifest.json"));

    assertThat(restore()).isEqualTo(1);

    assertThat(said()).contains("has no manifest.json");
  }

  @Test
  void aNewerFormatIsRefusedByItsNumber() throws IOException {
    back();
    Path manifest = backup.resolve("manifest.json");
    String text = Files.readString(manifest);
    Files.writeString(manifest, text.replace("\"dataFormat\" : 1", "\"dataFormat\" : 2"));
    assertThat(restore()).isEqualTo(1);
    assertThat(said()).contains("data format 2; this program reads format 1").contains("newer");

    Files.writeString(manifest, text.replace("\"backupFormat\" : 1", "\"backupFormat\" : 2"));
    assertThat(restore()).isEqualTo(1);
    assertThat(said()).contains("backup format 2; this program reads format 1");
    assertThat(fresh).doesNotExist();
  }

  @Test
  void aManifestCannotLeadOutOfTheDirectory() throws IOException {
    back();
    Path manifest = backup.resolve("manifest.json");
    Files.writeString(
        manifest, Files.readString(manifest).replace("store/tables/000007", "../../000007"));

    assertThat(restore()).isEqualTo(1);

    assertThat(said()).contains("names a file that no backup has");
  }

  @Test
  void withoutTheMasterKeyARestoreWantsThatVeryKey() throws IOException {
    back("--without-master-key");
    assertThat(files(backup)).doesNotContain("master.key");
    assertThat(restore()).isEqualTo(1);
    assertThat(said()).contains("--master-key FILE");

    Path other = Files.writeString(home.resolve("other"), "o".repeat(32));
    assertThat(restore("--master-key", other.toString())).isEqualTo(1);
    assertThat(said()).contains("is not the master key");
    assertThat(fresh).doesNotExist();

    assertThat(restore("--master-key", data.masterKey().toString())).as(this::said).isZero();
    assertThat(fresh.resolve("master.key")).hasSameBinaryContentAs(data.masterKey());
  }

  @Test
  void aServerDoesNotStartOnHalfARestoredDirectory() throws IOException {
    back();
    restore();
    Files.delete(fresh.resolve("store/format"));

    assertThat(catchThrowable(() -> StoreDirectory.prepare(fresh.resolve("store"))))
        .hasMessageContaining("is not empty and has no file 'format'");
  }
}
