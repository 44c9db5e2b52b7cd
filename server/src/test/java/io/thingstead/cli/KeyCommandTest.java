package io.thingstead.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.thingstead.boot.Main;
import io.thingstead.config.DataDirectory;
import io.thingstead.config.Machine;
import io.thingstead.engine.rocks.StoreDirectory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the master key is kept, as its user meets it. */
class KeyCommandTest {
  private static final Path SOFT_TOKEN = Path.of("/usr/lib/softhsm/libsofthsm2.so");
  private static final byte[] KEY = "0123456789abcdef0123456789abcdef".getBytes(UTF_8);

  @TempDir Path home;
  private final Map<String, String> environment = new HashMap<>();
  private final Deque<String> typed = new ArrayDeque<>();
  private ByteArrayOutputStream said = new ByteArrayOutputStream();
  private DataDirectory data;

  @BeforeEach
  void aStoppedServer() throws IOException {
    data = new DataDirectory(home.resolve("data"));
    StoreDirectory.prepare(data.store());
    Files.createDirectories(data.tables());
    Files.writeString(data.tables().resolve("000007.sst"), "rows");
    Files.writeString(data.caPem(), "ca");
    Files.write(data.masterKey(), KEY);
    Files.setPosixFilePermissions(data.masterKey(), PosixFilePermissions.fromString("rw-------"));
  }

  private int run(String... arguments) {
    said = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(said, true, UTF_8);
    Surroundings surroundings =
        new Surroundings(
            environment,
            new Machine(home, List.of("localhost"), 2),
            print,
            print,
            false,
            () -> Instant.parse("2026-11-24T10:00:00Z"),
            _ -> typed.isEmpty() ? null : typed.remove().toCharArray());
    return new Cli(_ -> 0, surroundings).run(arguments);
  }

  private String said() {
    return said.toString(UTF_8);
  }

  private Path secret(String name, String text) throws IOException {
    Path file = home.resolve(name);
    Files.writeString(file, text + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return file;
  }

  @Test
  void aPassphraseIsTypedTwiceAndNeverShown() throws IOException {
    typed.addAll(List.of("correct horse battery", "correct horse batterz"));
    assertThat(run("key", "passphrase")).isEqualTo(1);
    assertThat(said()).contains("not the same").doesNotContain("horse");
    assertThat(Files.readAllBytes(data.masterKey())).isEqualTo(KEY);

    typed.addAll(List.of("correct horse battery", "correct horse battery"));
    assertThat(run("key", "passphrase")).as(this::said).isZero();

    assertThat(said()).contains("sealed by a passphrase").doesNotContain("horse");
    assertThat(run("key", "show")).isZero();
    assertThat(said()).contains("sealed by a passphrase");
    typed.add("correct horse battery");
    assertThat(run("key", "check")).as(this::said).isZero();
    typed.add("wrong horse battery");
    assertThat(run("key", "check")).isEqualTo(3);
    assertThat(said()).contains("the passphrase does not open " + data.masterKey());
    assertThat(run("key", "check")).isEqualTo(1);
    assertThat(said()).contains("no terminal").contains("master-key-secret");
  }

  @Test
  void secretsComeFromFilesAndVariablesButNotFromArguments() throws IOException {
    Path file = secret("passphrase", "from a file that is private");
    assertThat(run("key", "passphrase", "--new-secret", "file:" + file)).as(this::said).isZero();
    assertThat(run("key", "plain", "--secret", "hunter2hunter2")).isEqualTo(1);
    assertThat(said()).contains("never given itself").doesNotContain("hunter2");
    environment.put("THINGSTEAD_MASTER_KEY_SECRET", "file:" + file);
    environment.put("NEW", "from the environment");

    assertThat(run("key", "passphrase", "--new-secret", "env:NEW")).as(this::said).isZero();
    assertThat(run("key", "plain", "--secret", "env:NEW")).as(this::said).isZero();

    assertThat(Files.readAllBytes(data.masterKey())).isEqualTo(KEY);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(run("key", "passphrase", "--new-secret", "file:" + file)).isEqualTo(1);
    assertThat(said()).contains("open to every user");
    assertThat(Files.readAllBytes(data.masterKey())).isEqualTo(KEY);
  }

  @Test
  void aBackupIsOfTheKeyHoweverItIsKept() throws IOException {
    Path before = home.resolve("before");
    Path after = home.resolve("after");
    environment.put("SECRET", "correct horse battery");
    assertThat(run("backup", before.toString(), "--without-master-key")).as(this::said).isZero();
    assertThat(run("key", "passphrase", "--new-secret", "env:SECRET")).isZero();
    assertThat(run("backup", after.toString())).as(this::said).isZero();
    assertThat(said()).contains("which its passphrase opens");

    String restored = home.resolve("restored").toString();
    assertThat(run("restore", after.toString(), "--data", restored)).as(this::said).isZero();
    assertThat(said()).contains("will ask for the master key's passphrase");
    assertThat(run("key", "check", "--data", restored, "--secret", "env:SECRET")).isZero();
    // The key has not changed, so that of today opens the backup of before.
    String again = home.resolve("again").toString();
    assertThat(
            run(
                "restore",
                before.toString(),
                "--data",
                again,
                "--master-key",
                data.masterKey().toString()))
        .as(this::said)
        .isZero();
    Files.write(data.masterKey(), "f".repeat(32).getBytes(UTF_8));
    String wrong = home.resolve("wrong").toString();
    assertThat(
            run(
                "restore",
                before.toString(),
                "--data",
                wrong,
                "--master-key",
                data.masterKey().toString()))
        .isEqualTo(1);
  }

  /** By SoftHSM, a token that is a program; in processes, for it reads where its keys are once. */
  @Test
  void aTokenSealsTheKeyThatAServerStartsWith() throws Exception {
    assumeTrue(
        Files.exists(SOFT_TOKEN) || "true".equals(System.getenv("CI")),
        "SoftHSM (softhsm2) is not installed");
    Path configuration = home.resolve("token.cfg");
    Files.writeString(
        configuration, "name = soft\nlibrary = " + SOFT_TOKEN + "\nslotListIndex = 0\n");
    Files.createDirectories(home.resolve("tokens"));
    Path token = home.resolve("softhsm2.conf");
    Files.writeString(token, "directories.tokendir = " + home.resolve("tokens") + "\n");
    process(
        0,
        List.of(
            "softhsm2-util",
            "--init-token",
            "--free",
            "--label",
            "t",
            "--pin",
            "1234",
            "--so-pin",
            "1234"),
        token);
    Path pin = secret("pin", "1234");
    Path fresh = Files.createDirectory(home.resolve("fresh"));
    Files.copy(data.masterKey(), fresh.resolve("master.key"), StandardCopyOption.COPY_ATTRIBUTES);
    String there = fresh.toString();

    String sealed =
        thingstead(
            0,
            token,
            "key",
            "token",
            "--data",
            there,
            "--new-token",
            configuration.toString(),
            "--new-secret",
            "file:" + pin);
    assertThat(sealed).contains("sealed by a key of a PKCS#11 token (thingstead)");
    assertThat(Files.readString(fresh.resolve("master.key"))).contains("\"thingstead\"");
    assertThat(run("key", "check", "--data", there)).isEqualTo(1);
    assertThat(said()).contains("master-key-token");
    String with = "--master-key-token=" + configuration;
    start(0, token, fresh, with, "--master-key-secret=file:" + pin);
    assertThat(start(3, token, fresh, with, "--master-key-secret=file:" + secret("no", "4321")))
        .contains("does not take this PIN");
    thingstead(
        0,
        token,
        "key",
        "plain",
        "--data",
        there,
        "--token",
        configuration.toString(),
        "--secret",
        "file:" + pin);

    assertThat(Files.readAllBytes(fresh.resolve("master.key"))).isEqualTo(KEY);
  }

  private String start(int code, Path token, Path directory, String... flags) throws Exception {
    List<String> all = new ArrayList<>(List.of("up", "--rehearse"));
    all.addAll(List.of("--data", directory.toString(), "--listen", "127.0.0.1:0=all"));
    all.addAll(List.of(flags));
    return thingstead(code, token, all.toArray(String[]::new));
  }

  private String thingstead(int code, Path token, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(arguments));
    return process(code, command, token);
  }

  private String process(int code, List<String> command, Path token) throws Exception {
    Path output = home.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("SOFTHSM2_CONF", token.toString());
    Process process = builder.start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    String text = Files.readString(output);
    assertThat(process.exitValue()).as(text).isEqualTo(code);
    return text;
  }
}
