package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.config.DataDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What commands do without the server is in the audit log from its next start on. */
class NotesTest {
  @TempDir Path directory;

  @Test
  void whatCommandsHaveDoneIsWrittenDownAtTheNextStart() throws Exception {
    DataDirectory data = new DataDirectory(directory.resolve("data"));
    data.lock().close();
    data.notes()
        .add(
            Instant.parse("2026-01-02T03:04:05Z"),
            "thingstead:restore",
            Map.of("backup", "/backups/1"));
    Files.writeString(data.notes().file(), "no note\n", StandardOpenOption.APPEND);
    data.notes()
        .add(
            Instant.parse("2026-01-02T03:05:05Z"),
            "thingstead:key",
            Map.of("protection", "passphrase"));

    try (RunningNode node = new RunningNode(directory)) {
      String log = node.signed("GET", "/_thingstead/audit", Map.of(), "").body();

      assertThat(log)
          .containsSubsequence(
              "thingstead:key",
              System.getProperty("user.name"),
              "\"from\":\"this machine\"",
              "passphrase",
              "thingstead:restore",
              "\"at\":\"2026-01-02T03:04:05Z\"",
              "/backups/1");
      assertThat(data.notes().file()).doesNotExist();
    }
  }
}
