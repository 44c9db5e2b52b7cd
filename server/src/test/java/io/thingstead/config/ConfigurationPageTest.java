package io.thingstead.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ConfigurationPageTest {
  private static final Path PAGE = Path.of("..", "docs", "configuration.md");

  /** With {@code -Dthingstead.update=true} it writes the page instead. */
  @Test
  void thePageInTheRepositoryIsTheOneTheCodeRenders() throws IOException {
    if (Boolean.getBoolean("thingstead.update")) {
      Files.createDirectories(PAGE.getParent());
      Files.writeString(PAGE, ConfigurationPage.render());
    }
    assertThat(PAGE)
        .as("after a change of settings run this test with -Dthingstead.update=true")
        .hasContent(ConfigurationPage.render());
  }
}
