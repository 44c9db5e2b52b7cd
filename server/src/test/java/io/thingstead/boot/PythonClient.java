package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/** Runs a script of {@code src/test/python} by a Python that has boto3. */
final class PythonClient {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Path SCRIPTS = Path.of("src", "test", "python").toAbsolutePath();

  private PythonClient() {}

  /** What the script printed; it must end well. Skipped where boto3 is missing, except in CI. */
  static String run(String script, Object argument) throws Exception {
    Optional<String> python =
        List.of("/usr/bin/python3", "python3").stream().filter(PythonClient::hasBoto).findFirst();
    assumeTrue(
        python.isPresent() || System.getenv("CI") != null, "no Python with boto3 is installed");
    assertThat(python).as("a Python with boto3 (Debian: python3-boto3)").isPresent();
    Process process =
        new ProcessBuilder(
                python.get(), SCRIPTS.resolve(script).toString(), JSON.writeValueAsString(argument))
            .redirectErrorStream(true)
            .start();
    // The script ends by itself: every call of the SDK has a limit.
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  private static boolean hasBoto(String python) {
    try {
      return new ProcessBuilder(
                  python, "-c", "import importlib.util as u; u.find_spec('boto3') or exit(1)")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
