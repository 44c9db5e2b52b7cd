package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Debian's AWS CLI without the launcher. */
class CliClientTest {
  private static final Path CLI = Path.of("/usr/bin/aws");

  @TempDir private Path directory = Path.of("");

  private static String aws(RunningNode server, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(CLI.toString(), "--output", "text"));
    command.addAll(List.of("--endpoint-url", server.api().toString(), "--region", "us-east-1"));
    command.addAll(Arrays.asList(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    List<String> key = server.accessKey();
    builder
        .environment()
        .putAll(
            Map.of(
                "AWS_ACCESS_KEY_ID",
                key.getFirst(),
                "AWS_SECRET_ACCESS_KEY",
                key.getLast(),
                "AWS_MAX_ATTEMPTS",
                "1",
                "AWS_PAGER",
                ""));
    Process ran = builder.start();
    ran.getOutputStream().close();
    String said = new String(ran.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    int code = ran.waitFor();
    return code == 0 ? said : said.replaceAll("(?s).*An error occurred \\((\\w+)\\).*", "$1");
  }

  @Test
  void theAwsCliDeprecatesAType() throws Exception {
    assumeTrue(
        Files.isExecutable(CLI) || System.getenv("CI") != null, "the AWS CLI is not installed");
    try (RunningNode server = new RunningNode(directory)) {
      String[] make = {"iot", "create-thing", "--thing-type-name", "kind"};
      String[] deprecate = {"iot", "deprecate-thing-type", "--thing-type-name", "kind"};
      aws(server, "iot", "create-thing-type", "--thing-type-name", "kind");

      assertThat(
              aws(
                  server,
                  "iot",
                  "create-thing-type",
                  "--thing-type-name",
                  "kind",
                  "--thing-type-properties",
                  "thingTypeDescription=new"))
          .isEqualTo("ResourceAlreadyExistsException");
      assertThat(aws(server, deprecate)).isEmpty();
      assertThat(aws(server, with(make, "--thing-name", "t"))).isEqualTo("InvalidRequestException");
      assertThat(aws(server, "iot", "delete-thing-type", "--thing-type-name", "kind"))
          .isEqualTo("InvalidRequestException");
      assertThat(aws(server, with(deprecate, "--undo-deprecate"))).isEmpty();
      assertThat(aws(server, with(make, "--thing-name", "t", "--query", "thingName")))
          .isEqualTo("t");
    }
  }

  private static String[] with(String[] command, String... more) {
    List<String> all = new ArrayList<>(Arrays.asList(command));
    all.addAll(Arrays.asList(more));
    return all.toArray(String[]::new);
  }
}
