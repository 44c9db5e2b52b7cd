package io.thingstead.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.model.Limits;
import io.thingstead.model.Profile;
import io.thingstead.model.Quotas;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every quota of an account: set for it, exceeded by a raw client, answered exactly. */
class QuotaTest {
  @TempDir static Path directory;
  private static TestNode node;
  private static Attempts attempts;

  /** What the broker logs of limits. */
  private static final List<String> LOGGED = new CopyOnWriteArrayList<>();

  private static final Logger LOG = Logger.getLogger("io.thingstead.broker.Breaches");

  private static final Handler LISTENER =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          LOGGED.add(new SimpleFormatter().formatMessage(line));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeAll
  static void start() {
    LOG.addHandler(LISTENER);
    node = new TestNode(directory, 0, 2, Profile.AWS, _ -> new AllowAll());
    attempts = new Attempts(node);
  }

  @AfterAll
  static void stop() {
    node.close();
    LOG.removeHandler(LISTENER);
  }

  private static int told() {
    return LOGGED.size() + node.refusals().size();
  }

  @ParameterizedTest
  @MethodSource("io.thingstead.mqtt.Breaches#all")
  void aBreachIsToldExactlyCountedAndLogged(Breach breach) throws IOException {
    Map<String, Long> set = new HashMap<>(breach.more());
    set.put(breach.quota(), breach.value());
    node.limit(Quotas.of(set));
    long counted = node.exceeded(breach.quota());
    int logged = told();

    assertThat(breach.deed().of(attempts, Version.V5)).isEqualTo(breach.v5());
    if (breach.v3() != null) {
      assertThat(breach.deed().of(attempts, Version.V3_1_1)).isEqualTo(breach.v3());
    }
    if (!breach.adjusts() && !breach.quota().equals("messages.unackedOut")) {
      int breaches = breach.v3() == null ? 1 : 2;
      assertThat(node.exceeded(breach.quota()) - counted).as("counted").isEqualTo(breaches);
      assertThat(told()).as("logged").isGreaterThan(logged);
    }
  }

  /** No limit may be made that nothing enforces: the page names a test for each, or a reason. */
  @Test
  void everyQuotaHasABreachHereOrIsOnThePageWithATestOrAReason() throws IOException {
    Map<String, String> page = new TreeMap<>();
    for (String line : Files.readAllLines(Path.of("../docs/profiles.md"))) {
      String[] cells = line.split("\\|", -1);
      if (cells.length == 8 && cells[1].strip().matches("`\\w+(\\.\\w+)+`")) {
        String name = cells[1].strip().replace("`", "");
        page.put(name, cells[6].strip());
        assertThat(List.of(cells[2].strip(), cells[3].strip(), cells[4].strip()))
            .as(name)
            .isEqualTo(Stream.of(Profile.values()).map(profile -> shown(profile, name)).toList());
        assertThat(cells[5]).as("what becomes of a breach of %s", name).isNotBlank();
      }
    }
    assertThat(page.keySet())
        .as("quotas in the table of docs/profiles.md, each with a test or a reason")
        .isEqualTo(Quotas.list(Limits.DEFAULT).keySet());
    Set<String> here = new TreeSet<>();
    Breaches.all().forEach(breach -> here.add(breach.quota()));
    page.forEach(
        (name, proof) -> {
          assertThat(proof.contains("`QuotaTest`")).as(name).isEqualTo(here.contains(name));
          assertThat(proof).as(name).containsPattern("`\\w+Test(\\.\\w+)?`|no breach: .+");
        });
  }

  private static String shown(Profile profile, String name) {
    long value = Quotas.list(Limits.of(profile)).getOrDefault(name, -1L);
    boolean none = value >= Limits.UNLIMITED && !name.endsWith("Bytes") && !name.endsWith("bytes");
    return none ? "none" : String.format(Locale.ROOT, "%,d", value);
  }
}
