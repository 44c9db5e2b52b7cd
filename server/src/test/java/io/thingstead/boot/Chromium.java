package io.thingstead.boot;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Where the browser is. */
final class Chromium {
  private Chromium() {}

  /** Its program; without one the test is skipped. */
  static String program() {
    Optional<String> found =
        Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
            .filter(program -> Files.isExecutable(Path.of(program)))
            .findFirst();
    assumeTrue(found.isPresent(), "./thingstead test installs chromium");
    return found.orElseThrow();
  }
}
