package io.thingstead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.config.DataDirectory;
import io.thingstead.config.Machine;
import io.thingstead.config.ServerAddresses;
import io.thingstead.config.Settings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CliTest {
  @TempDir Path home;
  private final Map<String, String> environment = new HashMap<>();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final List<Start> started = new ArrayList<>();

  private int run(String... arguments) {
    return cli().run(arguments);
  }

  private Cli cli() {
    Surroundings surroundings =
        new Surroundings(
            environment,
            new Machine(home, List.of("localhost"), 2),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            () -> Instant.parse("2026-11-24T10:00:00Z"));
    return new Cli(
        start -> {
          started.add(start);
          return 0;
        },
        surroundings);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private Path startedOnce() throws IOException {
    DataDirectory data = new DataDirectory(home.resolve("data"));
    Files.createDirectories(data.path());
    Files.writeString(data.caPem(), "ca");
    new ServerAddresses("https://localhost:9443", "000000000000", "eu-west-1", 1, List.of())
        .write(data.addresses());
    return data.path();
  }

  @Test
  void upTakesEverySettingAsAFlag() {
    assertThat(
            run(
                "up",
                "--listen",
                "127.0.0.1:1=device",
                "--listen",
                "127.0.0.1:2",
                "--dev",
                "--region",
                "eu-west-1",
                "--allow-target=127.0.0.1"))
        .isZero();

    Settings settings = started.getFirst().settings();
    assertThat(settings.listen())
        .map(Object::toString)
        .containsExactly("127.0.0.1:1=device", "127.0.0.1:2=all");
    assertThat(settings.dev()).isTrue();
    assertThat(settings.region()).isEqualTo("eu-west-1");
    assertThat(settings.allowTargets()).containsExactly("127.0.0.1");
    assertThat(started.getFirst().rehearse()).isFalse();
  }

  @Test
  void theLauncherCanRehearse() {
    run("up", "--rehearse", "--data", home.resolve("x").toString());

    assertThat(started.getFirst().rehearse()).isTrue();
    assertThat(started.getFirst().settings().data()).isEqualTo(home.resolve("x"));
  }

  @Test
  void whatIsNotUnderstoodEndsWithTwo() {
    assertThat(run("up", "--lissten", "x")).isEqualTo(2);
    assertThat(err()).contains("--listen");
    assertThat(run("fly")).isEqualTo(2);
    assertThat(run()).isEqualTo(2);
    assertThat(run("account")).isEqualTo(2);
    assertThat(started).isEmpty();
  }

  @Test
  void aWrongSettingEndsWithOneAndASentence() {
    assertThat(run("up", "--account", "7")).isEqualTo(1);
    assertThat(err())
        .startsWith("thingstead: setting account (flag --account): ")
        .doesNotContain("\tat ");
  }

  private void collect(CommandLine command, String path, List<String> into) {
    command
        .getSubcommands()
        .forEach(
            (name, sub) -> {
              String full = (path + " " + name).strip();
              into.add(full);
              collect(sub, full, into);
            });
  }

  private List<String> commands() {
    List<String> all = new ArrayList<>();
    collect(cli().root(), "", all);
    return all;
  }

  @Test
  void everyCommandHelpsWithAnExample() {
    assertThat(commands()).contains("up", "account create", "completion");
    for (String command : commands()) {
      out.reset();
      assertThat(run((command + " --help").split(" ", -1))).as(command).isZero();
      assertThat(out()).contains("Example:").contains("./thingstead " + command);
    }
  }

  @Test
  void completionKnowsEveryCommandAndTheLaunchersOwn() {
    assertThat(run("completion")).isZero();
    assertThat(out()).contains("complete -F");
    for (String command : commands()) {
      assertThat(out()).containsPattern("[_\" ]" + command.replace(' ', '_') + "\\b");
    }
    assertThat(out()).contains("test", "bench", "build", "format", "--long");
  }

  @Test
  void envPrintsWhatAShellNeeds() throws Exception {
    Path data = startedOnce();
    assertThat(run("env")).isZero();

    assertThat(out())
        .contains("unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN\n")
        .contains("export AWS_ENDPOINT_URL='https://localhost:9443'\n")
        .contains("export AWS_CA_BUNDLE='" + data.resolve("ca.pem") + "'\n")
        .contains("export AWS_REGION='eu-west-1'\n");
  }

  @Test
  void envPrintsJson() throws Exception {
    startedOnce();
    assertThat(run("env", "--output", "json")).isZero();
    assertThat(out()).startsWith("{").contains("\"AWS_REGION\" : \"eu-west-1\"");
  }

  @Test
  void withoutAServerACommandSaysWhatToDo() {
    assertThat(run("env")).isEqualTo(1);
    assertThat(err()).contains("./thingstead up");
  }

  @Test
  void aServerElsewhereNeedsNoDataDirectory() {
    environment.put("AWS_SHARED_CREDENTIALS_FILE", "/mine");
    assertThat(run("env", "--endpoint", "https://iot.example:443", "--profile", "p", "--ca", "/c"))
        .isZero();
    assertThat(out())
        .contains("AWS_ENDPOINT_URL='https://iot.example:443'")
        .contains("AWS_CA_BUNDLE='/c'")
        .contains("AWS_SHARED_CREDENTIALS_FILE='/mine'")
        .contains("AWS_PROFILE='p'");
  }

  @Test
  void awsRunsTheInstalledCliAndGivesItsExitCode() throws Exception {
    Path data = startedOnce();
    Path seen = home.resolve("seen");
    Path program = Files.createDirectories(home.resolve("bin")).resolve("aws");
    Files.writeString(
        program,
        "#!/bin/sh\n(echo \"$@\"; echo $AWS_PROFILE $AWS_SHARED_CREDENTIALS_FILE) >"
            + seen
            + "\nexit 254\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    environment.put("PATH", "/nowhere:" + program.getParent());

    assertThat(
            run(
                "aws",
                "--data",
                data.toString(),
                "iot",
                "list-things",
                "--output",
                "text",
                "--help"))
        .isEqualTo(254);
    assertThat(Files.readString(seen))
        .isEqualTo(
            "--endpoint-url https://localhost:9443 iot list-things --output text --help\ndefault "
                + data.resolve("credentials")
                + "\n");
  }

  @Test
  void withoutTheAwsCliItSaysHowToGetIt() throws Exception {
    startedOnce();
    environment.put("PATH", "/nowhere");
    assertThat(run("aws", "iot", "list-things")).isEqualTo(1);
    assertThat(err()).contains("apt install awscli");
  }

  @Test
  void whyWithoutAKeySaysSo() throws Exception {
    startedOnce();
    assertThat(run("why", "c1", "publish", "a/b")).isEqualTo(1);
    assertThat(err()).contains("no key [default]");
  }

  @Test
  void versionPrints() {
    assertThat(run("version")).isZero();
    assertThat(out()).startsWith("thingstead ");
  }
}
