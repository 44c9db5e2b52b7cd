package io.thingstead.installed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Assumptions;

/**
 * The power goes: what was not synced is lost, or only some of it, page by page or sector by
 * sector, and names likewise. A library that is preloaded into the server (powercut.c) does it.
 */
final class PowerCut implements Crash {
  private static final Path SOURCE =
      Installed.CHECKOUT.resolve("server/src/test/resources/powercut/powercut.c");
  private static final int[] KEPT = {0, 0, 10, 50, 90, 100};

  // As struct control in powercut.c.
  private static final int ARMED = 0;
  private static final int COUNTDOWN = 1;
  private static final int SEED = 2;
  private static final int KEEP = 3;
  private static final int FAIL_SYNC = 4;
  private static final int LIE = 5;
  private static final int CUTS = 8;
  private static final int PAGES_LOST = 9;
  private static final int FIELDS = 11;

  private final MemorySegment control;
  private final Path library;
  private final Path shared;

  private PowerCut(Path library, Path shared, MemorySegment control) {
    this.library = library;
    this.shared = shared;
    this.control = control;
  }

  /** Compiles the library; where there is no C compiler the test is skipped, except in CI. */
  static PowerCut build(Path directory) throws IOException {
    Path library = directory.resolve("powercut.so");
    Process compiler;
    try {
      compiler =
          new ProcessBuilder(
                  "cc",
                  "-O1",
                  "-shared",
                  "-fPIC",
                  "-o",
                  library.toString(),
                  SOURCE.toString(),
                  "-ldl",
                  "-lpthread")
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      Assumptions.assumeTrue("true".equals(System.getenv("CI")), "no C compiler (cc) is installed");
      throw e;
    }
    String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(compiler.onExit().orTimeout(60, TimeUnit.SECONDS).join().exitValue())
        .as(said)
        .isZero();
    Path shared = directory.resolve("control");
    Files.write(shared, new byte[FIELDS * Long.BYTES]);
    try (FileChannel channel =
        FileChannel.open(shared, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return new PowerCut(
          library,
          shared,
          channel.map(FileChannel.MapMode.READ_WRITE, 0, FIELDS * Long.BYTES, Arena.ofAuto()));
    }
  }

  private long get(int field) {
    return control.getAtIndex(ValueLayout.JAVA_LONG, field);
  }

  private void set(int field, long value) {
    control.setAtIndex(ValueLayout.JAVA_LONG, field, value);
  }

  @Override
  public String plural() {
    return "power cuts";
  }

  @Override
  public void prepare(Installed server) {
    server.setEnvironment(
        Map.of(
            "LD_PRELOAD",
            library.toString(),
            "POWERCUT_DIR",
            server.data().toString(),
            "POWERCUT_CONTROL",
            shared.toString()));
  }

  /** The cut comes with one of the next operations on files. */
  private void arm(RandomGenerator random, int operationsMax) {
    set(SEED, random.nextLong());
    set(KEEP, KEPT[random.nextInt(KEPT.length)]);
    set(COUNTDOWN, 1 + random.nextInt(operationsMax));
    set(ARMED, 1);
  }

  @Override
  public void strike(Installed server, RandomGenerator random) {
    arm(random, 40);
    server.awaitEnd();
  }

  /** A cut that takes back everything that was not synced. */
  void loseAll(Installed server) {
    set(KEEP, 0);
    set(COUNTDOWN, 1);
    set(ARMED, 1);
    server.awaitEnd();
  }

  /** Every other start is cut off as well, once. */
  @Override
  public void startAgain(Installed server, RandomGenerator random) {
    if (random.nextBoolean()) {
      long before = cuts();
      arm(random, 150);
      try {
        server.startAgain();
        set(ARMED, 0);
        if (cuts() == before) {
          return;
        }
        server.awaitEnd();
      } catch (AssertionError notReady) {
        if (cuts() == before) {
          throw notReady;
        }
      }
    }
    server.startAgain();
  }

  /** From now on syncs are answered and not done, as by a disk that lies. */
  void lie() {
    set(LIE, 1);
  }

  /** The sync that comes next fails, and what it should have written is lost. */
  void failNextSync(RandomGenerator random) {
    set(SEED, random.nextLong());
    set(KEEP, 0);
    set(FAIL_SYNC, 1);
  }

  long cuts() {
    return get(CUTS);
  }

  /** Pages that cuts have taken back, of all files. */
  long pagesLost() {
    return get(PAGES_LOST);
  }
}
