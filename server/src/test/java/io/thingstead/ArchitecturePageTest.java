package io.thingstead;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.api.iot.Iot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every class and method that docs/architecture.md names is one of the code. */
class ArchitecturePageTest {
  private static final Path ROOT = Path.of("..");
  private static final Path PAGE = ROOT.resolve("docs/architecture.md");
  private static final Pattern QUOTED = Pattern.compile("`([^`\n]+)`");

  /** Perhaps a package, a type with a small letter in it, perhaps a member. */
  private static final Pattern NAME =
      Pattern.compile("((?:[a-z]+\\.)*)([A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*)(?:\\.([a-z]\\w*))?");

  private static final Pattern TYPE = Pattern.compile("\\b(?:class|record|enum|interface) (\\w+)");

  /** The sources that declare a type, by its simple name. */
  private final Map<String, List<Source>> types = new TreeMap<>();

  private record Source(String packageName, String text) {}

  ArchitecturePageTest() throws IOException {
    for (String module : List.of("model", "api", "engine", "server", "bench")) {
      read(ROOT.resolve(module).resolve("src/main/java"));
    }
    read(ROOT.resolve("engine/src/test/java"));
    read(ROOT.resolve("server/src/test/java"));
  }

  private void read(Path sources) throws IOException {
    try (Stream<Path> files = Files.walk(sources)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        String text = Files.readString(file);
        String packageName =
            sources.relativize(file).getParent().toString().replace('/', '.') + ".";
        Matcher type = TYPE.matcher(text);
        while (type.find()) {
          types
              .computeIfAbsent(type.group(1), _ -> new ArrayList<>())
              .add(new Source(packageName, text));
        }
      }
    }
  }

  private boolean exists(String packagePart, String type, String member) {
    boolean generated =
        Iot.service().operations().stream()
            .anyMatch(o -> o.name().equals(type) || type.equals(o.name() + "Request"));
    return generated
        || types.getOrDefault(type, List.of()).stream()
            .filter(source -> ("." + source.packageName()).endsWith("." + packagePart))
            .anyMatch(source -> member.isEmpty() || declares(source, member));
  }

  // A method, constant or record component of this name.
  private static boolean declares(Source source, String member) {
    return Pattern.compile("[\\w>\\]] " + member + "\\b").matcher(source.text()).find();
  }

  @Test
  void everyNameIsInTheCode() throws IOException {
    List<String> unknown = new ArrayList<>();
    int known = 0;
    Matcher quoted = QUOTED.matcher(Files.readString(PAGE));
    while (quoted.find()) {
      Matcher name = NAME.matcher(quoted.group(1));
      if (name.matches()) {
        String member = name.group(3) == null ? "" : name.group(3);
        if (exists(name.group(1), name.group(2), member)) {
          known++;
        } else {
          unknown.add(quoted.group(1));
        }
      }
    }
    assertThat(unknown).isEmpty();
    assertThat(known).isGreaterThan(80);
  }

  @Test
  void everyPackageHasItsLine() throws IOException {
    String page = Files.readString(PAGE);
    try (Stream<Path> packages = Files.list(Path.of("src/main/java/io/thingstead"))) {
      assertThat(packages.filter(Files::isDirectory).map(p -> p.getFileName().toString()))
          .allSatisfy(name -> assertThat(page).contains("\n| `" + name + "` |"));
    }
  }
}
