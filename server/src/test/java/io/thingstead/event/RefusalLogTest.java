package io.thingstead.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.account.Account;
import io.thingstead.model.AccountId;
import io.thingstead.model.Profile;
import io.thingstead.model.policy.Citation;
import io.thingstead.model.policy.Ruling;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefusalLogTest {
  private static final Account ACCOUNT =
      new Account(new AccountId("000000000000"), "us-east-1", Profile.THINGSTEAD);
  private static final Account OTHER =
      new Account(new AccountId("111111111111"), "us-east-1", Profile.THINGSTEAD);
  private final Logger logger = Logger.getLogger("thingstead.refusals");
  private final List<String> lines = new ArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord event) {
          lines.add(event.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };
  private Instant now = Instant.parse("2026-11-24T10:00:00Z");
  private final RefusalLog log = new RefusalLog(() -> now, 3);

  @BeforeEach
  void listen() {
    logger.setUseParentHandlers(false);
    logger.setLevel(Level.ALL);
    logger.addHandler(handler);
  }

  @AfterEach
  void stop() {
    logger.removeHandler(handler);
    logger.setUseParentHandlers(true);
  }

  private void publish(Account account, String topic) {
    log.refused(account, "publish", "c1", topic, "cert1", "no statement allows it");
  }

  @Test
  void aRefusalIsOneLineWithTheCommandThatExplainsIt() {
    publish(ACCOUNT, "cellar/+/#");

    assertThat(lines)
        .containsExactly(
            "refused publish client=c1 topic=cellar/+/#: no statement allows it"
                + " (try: ./thingstead why c1 publish cellar/+/#)");
  }

  @Test
  void namesAreQuotedAsAShellNeedsThem() {
    log.refused(ACCOUNT, "subscribe", "it's", "$aws/things/+/#", "", "no");

    assertThat(lines)
        .containsExactly(
            "refused subscribe client='it'\\''s' topic='$aws/things/+/#': no"
                + " (try: ./thingstead why 'it'\\''s' subscribe '$aws/things/+/#')");
  }

  @Test
  void anApiCallIsToldByItsPrincipal() {
    log.refused(ACCOUNT, "CreateThing", "", "arn:aws:iot:us-east-1:0:thing/t", "AKIA1", "no");

    assertThat(lines)
        .containsExactly(
            "refused CreateThing resource=arn:aws:iot:us-east-1:0:thing/t principal=AKIA1: no");
  }

  @Test
  void aFloodIsSummedUp() {
    for (int i = 0; i < 1000; i++) {
      publish(ACCOUNT, "t" + i);
    }
    assertThat(lines).hasSize(3);
    now = now.plusSeconds(1);
    publish(ACCOUNT, "later");

    assertThat(lines).hasSize(5);
    assertThat(lines.get(3)).startsWith("refused 997 more in one second account=000000000000");
    assertThat(lines.get(4)).contains("topic=later");
  }

  @Test
  void theSumOfAFloodThatStoppedIsToldByAFlush() {
    for (int i = 0; i < 5; i++) {
      publish(ACCOUNT, "t");
    }
    log.flush();
    assertThat(lines).hasSize(3);
    now = now.plusSeconds(2);
    log.flush();
    log.flush();

    assertThat(lines).hasSize(4).last().asString().contains("refused 2 more");
  }

  @Test
  void oneAccountsFloodLeavesTheOthersTheirLines() {
    for (int i = 0; i < 10; i++) {
      publish(ACCOUNT, "t");
    }
    publish(OTHER, "t");

    assertThat(lines).hasSize(4);
  }

  @Test
  void everyRefusalIsCountedAndTheLatestAreKept() {
    TreeMap<String, LongAdder> counts = new TreeMap<>();
    log.onCounted((account, action, count) -> counts.put(account.id() + " " + action, count));
    for (int i = 0; i < 300; i++) {
      publish(ACCOUNT, "t" + i);
    }

    assertThat(counts).hasSize(1);
    assertThat(counts)
        .hasEntrySatisfying(
            ACCOUNT.id() + " publish", count -> assertThat(count.sum()).isEqualTo(300));
    assertThat(log.recent(ACCOUNT))
        .hasSize(256)
        .last()
        .extracting(Refusal::resource)
        .isEqualTo("t299");
    assertThat(log.recent(OTHER)).isEmpty();
  }

  @Test
  void listenersHearWhatIsLoggedAndNoMore() {
    List<Refusal> heard = new ArrayList<>();
    log.onRefusal((account, refusal) -> heard.add(refusal));
    for (int i = 0; i < 300; i++) {
      publish(ACCOUNT, "t" + i);
    }

    assertThat(heard).extracting(Refusal::resource).containsExactly("t0", "t1", "t2");
    assertThat(heard).extracting(Refusal::command).first().asString().endsWith("publish t0");
    assertThat(log.recent(ACCOUNT))
        .extracting(Refusal::number)
        .isSorted()
        .doesNotHaveDuplicates()
        .last()
        .isEqualTo(heard.getFirst().number() + 299);
  }

  @Test
  void aRefusalByPolicyKeepsWhatThePoliciesDecided() {
    Ruling ruling =
        new Ruling(
            Ruling.Outcome.EXPLICIT_DENY,
            "iot:Publish",
            "arn:aws:iot:us-east-1:0:topic/" + "x".repeat(60_000),
            new Citation("p", "2", 1, null),
            List.of("p"),
            Map.of("iot:ClientId", "c".repeat(60_000)),
            List.of());
    log.refused(ACCOUNT, "publish", "c1", "t", "", new Reason("statement 1 denies it", ruling));

    Ruling kept = Objects.requireNonNull(log.recent(ACCOUNT).getFirst().ruling());
    assertThat(kept.statement()).isEqualTo(ruling.statement());
    assertThat(kept.resource()).hasSize(513);
    assertThat(kept.variables())
        .hasEntrySatisfying("iot:ClientId", c -> assertThat(c).hasSize(513));
    assertThat(lines)
        .singleElement()
        .asString()
        .startsWith("refused publish client=c1 topic=t: statement 1 denies it (try: ./thingstead");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "iot:Connect | client/c1 | | connect",
        "iot:Connect | client/c1 | PersistentConnect | connect --persistent",
        "iot:Connect | client/c1 | PersistentConnect,LastWill | connect --persistent --will any",
        "iot:Publish | topic/a/b | | publish a/b",
        "iot:RetainPublish | topic/a/b | | retain a/b",
        "iot:Subscribe | topicfilter/a/# | | subscribe a/#",
        "iot:Receive | topic/a/b | | receive a/b"
      })
  void theCommandAsksWhatThePoliciesWereAsked(
      String action, String resource, @Nullable String attributes, String asked) {
    Ruling ruling =
        new Ruling(
            Ruling.Outcome.IMPLICIT_DENY,
            action,
            "arn:aws:iot:us-east-1:0:" + resource,
            null,
            List.of("p"),
            attributes == null ? Map.of() : Map.of("iot:connectattributes", attributes),
            List.of());
    log.refused(ACCOUNT, "connect", "c1", "", "", new Reason("no", ruling));

    assertThat(log.recent(ACCOUNT))
        .extracting(Refusal::command)
        .containsExactly("./thingstead why c1 " + asked);
  }

  @Test
  void theCommandNamesTheWillThatPoliciesLookAt() {
    Ruling ruling =
        new Ruling(
            Ruling.Outcome.IMPLICIT_DENY,
            "iot:Connect",
            "arn:aws:iot:us-east-1:0:client/c1",
            null,
            List.of("p"),
            Map.of("iot:LastWillTopic", "arn:aws:iot:us-east-1:0:topic/my will"),
            List.of());
    log.refused(ACCOUNT, "connect", "c1", "", "", new Reason("no", ruling));

    assertThat(lines).singleElement().asString().endsWith("why c1 connect --will 'my will')");
  }

  @Test
  void longTextsAreCut() {
    publish(ACCOUNT, "x".repeat(60_000));

    assertThat(log.recent(ACCOUNT).getFirst().resource()).hasSize(513);
  }

  @Test
  void noTextOfAStrangerForgesALine() {
    LogRecord event = new LogRecord(Level.INFO, "refused\nready\r\u2028\u0007");
    event.setInstant(now);

    assertThat(new LogLines(false).format(event))
        .isEqualTo("2026-11-24T10:00:00Z info refused\\nready\\r\\u2028\\u0007\n");
    assertThat(new LogLines(true).format(event))
        .startsWith("{\"time\":\"2026-11-24T10:00:00Z\",\"level\":\"info\"")
        .containsOnlyOnce("\n");
  }

  @Test
  void aStackTraceStaysOnItsLine() {
    LogRecord event = new LogRecord(Level.SEVERE, "lost");
    event.setInstant(now);
    event.setThrown(new IllegalStateException("why"));

    assertThat(new LogLines(false).format(event))
        .startsWith("2026-11-24T10:00:00Z error lost thrown=java.lang.IllegalStateException: why")
        .containsOnlyOnce("\n");
  }
}
