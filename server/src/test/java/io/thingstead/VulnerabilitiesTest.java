package io.thingstead;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./thingstead vulnerabilities}, with tools in the place of those that ask the network. */
class VulnerabilitiesTest {
  private static final String FOUND =
      """
      {"vulnerabilities": {"left-pad": {"via": [{"source": 1, "title": "It pads", "severity": "high",
       "url": "https://github.com/advisories/GHSA-aaaa-bbbb-cccc", "range": "<2"}]}}}\
      """;

  @TempDir Path home;
  private Path tools;
  private String said = "";

  @BeforeEach
  void copy() throws IOException {
    tools = Files.createDirectory(home.resolve("tools"));
    Files.createDirectories(home.resolve("security"));
    Files.createDirectories(home.resolve("console"));
    Path checkout = Path.of("..");
    Files.copy(checkout.resolve("thingstead"), home.resolve("thingstead"));
    for (String each : new String[] {"npm-audit.mjs", "accepted.xml", "accepted-npm.json"}) {
      Files.copy(checkout.resolve("security").resolve(each), home.resolve("security/" + each));
    }
    tool("mvn", "exit 0");
    tool("npm", "echo '{\"vulnerabilities\": {}}'");
  }

  private void tool(String name, String script) throws IOException {
    Path file = tools.resolve(name);
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private int run(String... arguments) throws Exception {
    ProcessBuilder builder = new ProcessBuilder("bash", home.resolve("thingstead").toString());
    builder.command().add("vulnerabilities");
    builder.command().addAll(List.of(arguments));
    builder.environment().merge("PATH", tools + ":", (path, ours) -> ours + path);
    Process process = builder.redirectErrorStream(true).start();
    said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  @Test
  void nothingIsOpen() throws Exception {
    assertThat(run()).as(said).isZero();
    assertThat(said).contains("java: nothing is open").contains("console: nothing is open");
  }

  @Test
  void whatIsOpenIsNamedUnlessItIsAcceptedAndNotForEver() throws Exception {
    tool("npm", "echo '" + FOUND + "'; exit 1");
    assertThat(run()).isEqualTo(1);
    assertThat(said).contains("high left-pad <2: It pads").contains("GHSA-aaaa-bbbb-cccc");

    accept("2999-01-01");
    assertThat(run()).isZero();
    assertThat(said).contains("accepted until 2999-01-01: we pad by hand");

    accept("2020-01-01");
    assertThat(run()).isEqualTo(1);
    assertThat(said).contains("was accepted until 2020-01-01");
  }

  private void accept(String until) throws IOException {
    Files.writeString(
        home.resolve("security/accepted-npm.json"),
        "[{\"id\": \"GHSA-aaaa-bbbb-cccc\", \"until\": \"%s\", \"why\": \"we pad by hand\"}]"
            .formatted(until));
  }

  @Test
  void whatIsOpenInJavaIsNamed() throws Exception {
    tool(
        "mvn",
        """
        echo '[ERROR] One or more dependencies were identified with vulnerabilities that have a CVSS'
        echo '[ERROR] old-1.0.jar: CVE-2026-1(9.8)'
        exit 1
        """);

    assertThat(run()).isEqualTo(1);

    assertThat(said).contains("old-1.0.jar: CVE-2026-1(9.8)").contains("console: nothing is open");
  }

  @Test
  void aDatabaseThatCannotBeReachedIsNoCleanBill() throws Exception {
    tool(
        "mvn",
        "echo '[ERROR]   UpdateException: java.net.UnknownHostException: www.cisa.gov'; exit 1");
    tool("npm", "echo '{\"message\": \"405 Method Not Allowed\"}'; exit 1");

    assertThat(run()).isEqualTo(4);

    assertThat(said)
        .contains(
            "java: the database could not be read (UpdateException: java.net.UnknownHostException:"
                + " www.cisa.gov)")
        .contains("registry does not tell what is known (405 Method Not Allowed)")
        .contains("nothing was checked");
  }

  @Test
  void itExplainsItself() throws Exception {
    assertThat(run("--help")).isZero();
    assertThat(said).contains("security/accepted.xml").contains("Exit codes");
    assertThat(run("--frobnicate")).isEqualTo(2);
  }
}
