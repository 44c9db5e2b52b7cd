package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.json.JsonMapper;

/** Runs a script of {@code src/test/npm} with the packages that the launcher has fetched. */
public final class NpmClient {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Path SCRIPTS = Path.of("src", "test", "npm").toAbsolutePath();
  private static final Path MODULES = Path.of("target", "npm", "node_modules").toAbsolutePath();
  private static final int SECONDS = 180;

  private NpmClient() {}

  /** A script that one talks with while it runs. */
  static Program start(String script, Object argument, Path ca) throws IOException {
    return new Program(script, builder(script, argument, ca));
  }

  private static ProcessBuilder builder(String script, Object argument, Path ca) {
    assumeTrue(Files.isDirectory(MODULES), "./thingstead test fetches " + MODULES);
    ProcessBuilder builder =
        new ProcessBuilder(
            "node", SCRIPTS.resolve(script).toString(), JSON.writeValueAsString(argument));
    builder
        .environment()
        .putAll(
            Map.of(
                "NODE_PATH", MODULES.toString(),
                "NODE_NO_WARNINGS", "1",
                "NODE_EXTRA_CA_CERTS", ca.toString()));
    return builder.redirectErrorStream(true);
  }

  /** What the script printed; it must end well. */
  public static String run(String script, Object argument, Path ca) throws Exception {
    File output = File.createTempFile("npm", ".txt");
    try {
      Process process = builder(script, argument, ca).redirectOutput(output).start();
      boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
      process.destroyForcibly();
      String said = Files.readString(output.toPath());
      assertThat(ended).as("ends within %d s: %s", SECONDS, said).isTrue();
      assertThat(process.exitValue()).as(said).isZero();
      return said;
    } catch (IOException e) {
      throw new AssertionError("cannot run node", e);
    } finally {
      Files.deleteIfExists(output.toPath());
    }
  }
}
