package io.thingstead.engine.rocks;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.engine.Engine;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Table;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KillTest {
  private static final int KILLS = 5;

  @TempDir Path temp;

  /** kill -9 in the middle of writing: nothing acknowledged is lost, nothing is half there. */
  @Test
  void whatAKilledServerAcknowledgedIsThere() throws IOException, InterruptedException {
    Random random = new Random(1);
    long next = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      Process child =
          new ProcessBuilder(
                  ProcessHandle.current().info().command().orElse("java"),
                  "-Djava.io.tmpdir=" + temp,
                  "-XX:+UseSerialGC",
                  "-XX:TieredStopAtLevel=1",
                  "--enable-native-access=ALL-UNNAMED",
                  "--sun-misc-unsafe-memory-access=allow",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Child.class.getName(),
                  temp.resolve("data").toString(),
                  Long.toString(next))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      long acknowledged = next - 1;
      try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
        long until = next + 1 + random.nextInt(200);
        String line;
        while ((line = out.readLine()) != null) {
          acknowledged = Long.parseLong(line);
          if (acknowledged == until) {
            // The process' own method would close the stream with lines left in it.
            assertThat(child.toHandle().destroyForcibly()).isTrue();
          }
        }
      }
      child.waitFor();
      next = check(acknowledged);
    }
  }

  /** Opens the store after a kill; the number behind the last row. */
  private long check(long acknowledged) {
    Path data = temp.resolve("data");
    StoreDirectory.prepare(data);
    try (Engine engine = Child.open(data)) {
      Rows rows = engine.shard(Child.SHARD).account(1).durable();
      List<Long> left = numbers(rows, Child.LEFT);
      assertThat(numbers(rows, Child.RIGHT)).isEqualTo(left);
      assertThat(left.getLast()).isGreaterThanOrEqualTo(acknowledged).isEqualTo(left.size() - 1L);
      return left.size();
    }
  }

  private static List<Long> numbers(Rows rows, Table table) {
    return rows.scan(table, Key.ALL, null, 1_000_000).stream()
        .map(row -> row.key().read().number())
        .toList();
  }
}
