package io.thingstead;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages that name tests as their proof. */
class DocumentedTestsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern NAMED = Pattern.compile("`(\\w+(?:Test|IT))(?:\\.(\\w+))?`");
  private static final Map<String, String> SOURCES = new HashMap<>();

  @BeforeAll
  static void read() throws IOException {
    for (String module : new String[] {"model", "api", "engine", "server"}) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/test/java"))) {
        files
            .filter(file -> file.toString().matches(".*(Test|IT)\\.java"))
            .forEach(
                file ->
                    SOURCES.put(file.getFileName().toString().replace(".java", ""), content(file)));
      }
    }
  }

  private static String content(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"acceptance.md", "mqtt-conformance.md", "profiles.md", "security.md"})
  void everyTestThatAPageNamesExists(String page) {
    TreeSet<String> missing = new TreeSet<>();
    Matcher named = NAMED.matcher(content(ROOT.resolve("docs").resolve(page)));
    int count = 0;
    while (named.find()) {
      count++;
      String source = SOURCES.get(named.group(1));
      String method = named.group(2);
      if (source == null || (method != null && !source.contains(" " + method + "("))) {
        missing.add(named.group());
      }
    }
    assertThat(missing).isEmpty();
    assertThat(count).isGreaterThan(20);
  }

  @Test
  void everyRowOfAcceptanceNamesItsTests() {
    Map<String, String> rows = new HashMap<>();
    content(ROOT.resolve("docs/acceptance.md"))
        .lines()
        .filter(line -> line.matches("\\| \\d+ \\|.*"))
        .forEach(line -> rows.merge(line.split(" ", 3)[1], line, String::concat));
    assertThat(rows.keySet())
        .contains("1", "2", "3", "4", "5", "6", "7", "8", "9", "13", "14", "15", "17", "18")
        .contains("19", "20", "21", "22");
    assertThat(rows.values()).allMatch(row -> NAMED.matcher(row).find());
  }

  @Test
  void everyDifferenceOfProfilesNamesATest() {
    String page = content(ROOT.resolve("docs/profiles.md"));
    String table = page.substring(page.indexOf("| what |"), page.indexOf("\nThe list of reserved"));
    assertThat(table.lines().skip(2).filter(row -> !row.startsWith("| **")))
        .isNotEmpty()
        .allMatch(row -> NAMED.matcher(row).find());
  }
}
