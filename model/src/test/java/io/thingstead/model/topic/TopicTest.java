package io.thingstead.model.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thingstead.model.Limits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicTest {
  private static final Limits.Topics LIMITS = Limits.DEFAULT.topics();

  @ParameterizedTest
  @ValueSource(strings = {"a", "/", "a/b", "a//b", "/a", "a/", "$aws/things/t/shadow/get", "ä/🙂"})
  void namesAreKeptAsWritten(String text) {
    assertThat(Topic.parse(text, LIMITS).text()).isEqualTo(text);
  }

  @Test
  void emptyNameIsRefused() {
    assertThatThrownBy(() -> Topic.parse("", LIMITS)).hasMessageContaining("empty topic name");
  }

  @Test
  void wildcardIsRefusedWithItsPosition() {
    assertThatThrownBy(() -> new Topic("a/+/b")).hasMessageContaining("wildcard + at position 2");
    assertThatThrownBy(() -> new Topic("a/b#")).hasMessageContaining("wildcard # at position 3");
  }

  @Test
  void nulIsRefused() {
    assertThatThrownBy(() -> new Topic("a\0b")).hasMessageContaining("U+0000 at position 1");
  }

  @Test
  void bytesAreCountedNotCharacters() {
    assertThat(Topic.parse("ä".repeat(128), LIMITS).text()).hasSize(128);
    assertThatThrownBy(() -> Topic.parse("ä".repeat(128) + "a", LIMITS))
        .hasMessageContaining("257 bytes, more than 256");
    assertThat(Topic.parse("🙂".repeat(64), LIMITS).text()).hasSize(128);
    assertThatThrownBy(() -> Topic.parse("🙂".repeat(65), LIMITS))
        .hasMessageContaining("260 bytes");
    assertThatThrownBy(() -> Topic.parse("€".repeat(86), LIMITS)).hasMessageContaining("258 bytes");
  }

  @Test
  void eightLevelsAreTheMost() {
    assertThat(Topic.parse("1/2/3/4/5/6/7/8", LIMITS).text()).isEqualTo("1/2/3/4/5/6/7/8");
    assertThatThrownBy(() -> Topic.parse("1/2/3/4/5/6/7/8/", LIMITS))
        .hasMessageContaining("8 slashes, more than 7");
  }

  @Test
  void basicIngestPrefixIsNotCounted() {
    String topic = "1/2/3/4/5/6/7/" + "x".repeat(242);
    assertThat(Topic.parse("$aws/rules/r/" + topic, LIMITS).text()).endsWith(topic);
    assertThatThrownBy(() -> Topic.parse("$aws/rules/r/" + topic + "x", LIMITS))
        .hasMessageContaining("257 bytes");
  }

  @Test
  void standardProfileOnlyLimitsWhatAPacketCanCarryAndHowDeepItIs() {
    Limits.Topics none = Limits.of(io.thingstead.model.Profile.MQTT).topics();
    assertThat(Topic.parse("a/".repeat(1_000) + "a".repeat(60_000), none).text()).hasSize(62_000);
    for (String deep : new String[] {"/".repeat(1_001), "+/".repeat(1_000) + "/#"}) {
      assertThatThrownBy(() -> TopicFilter.parse(deep, none))
          .hasMessageContaining("more than 1000 slashes");
    }
    assertThatThrownBy(() -> Topic.parse("a".repeat(65_536), none))
        .hasMessageContaining("longer than 65535 bytes");
  }

  @Test
  void longNamesAreCutInMessages() {
    assertThatThrownBy(() -> Topic.parse("a".repeat(300), LIMITS))
        .message()
        .hasSizeLessThan(140)
        .contains("…");
  }

  @Test
  void basicIngestNamesRuleAndTopic() {
    assertThat(BasicIngest.of("$aws/rules/r/a/b")).isEqualTo(new BasicIngest("r", "a/b"));
    assertThat(BasicIngest.of("$aws/rules/r")).isEqualTo(new BasicIngest("r", ""));
    assertThat(BasicIngest.of("$aws/rules/r/")).isEqualTo(new BasicIngest("r", ""));
    assertThat(BasicIngest.of("$aws/rules/")).isNull();
    assertThat(BasicIngest.of("$aws/rules//a")).isNull();
    assertThat(BasicIngest.of("a/b")).isNull();
  }
}
