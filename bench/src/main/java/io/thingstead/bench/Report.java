package io.thingstead.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import picocli.CommandLine.Option;

/** Where figures are written down, with what was measured and when. */
final class Report {
  @Option(names = "--report", description = "file that a section is appended to")
  private Path file = Path.of("docs/benchmarks.md");

  @Option(names = "--commit", description = "what the section says was measured")
  private String commit = "unknown";

  /**
   * Appends a section.
   *
   * @param settings a sentence about how it was measured
   * @param body Markdown
   */
  void append(String title, String settings, String body) throws IOException {
    String date =
        DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'")
            .withZone(ZoneOffset.UTC)
            .format(Instant.now());
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    String section =
        "\n## %s, %s, commit %s\n\n%s; %d CPUs\n\n%s\n"
            .formatted(
                title,
                date,
                commit,
                settings,
                Runtime.getRuntime().availableProcessors(),
                body.strip());
    Files.writeString(
        file,
        section,
        StandardCharsets.UTF_8,
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }
}
