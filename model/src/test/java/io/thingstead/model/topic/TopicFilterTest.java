package io.thingstead.model.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thingstead.model.Limits;
import io.thingstead.model.Profile;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicFilterTest {
  private static final Limits.Topics LIMITS = Limits.DEFAULT.topics();

  @ParameterizedTest
  @ValueSource(strings = {"#", "+", "/", "/+", "+/", "a/#", "a/+/#", "+/+", "$aws/#", "a/b", "/#"})
  void wildcardsAloneInTheirLevelAreValid(String text) {
    assertThat(TopicFilter.parse(text, LIMITS).text()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a#", "#/a", "a/#/b", "a+", "+a", "a/+b/c", "a/b#", "##", "++", "#a"})
  void misplacedWildcardsAreRefused(String text) {
    assertThatThrownBy(() -> TopicFilter.parse(text, LIMITS))
        .isInstanceOf(InvalidTopicException.class)
        .hasMessageContaining("topic filter '" + text + "': the wildcard")
        .hasMessageContaining("at position");
  }

  @Test
  void limitsCountBytesAndSlashes() {
    assertThatThrownBy(() -> TopicFilter.parse("a".repeat(257), LIMITS))
        .hasMessageContaining("257 bytes");
    assertThatThrownBy(() -> TopicFilter.parse("a/".repeat(8), LIMITS))
        .hasMessageContaining("8 slashes");
    assertThatThrownBy(() -> TopicFilter.parse("", LIMITS)).hasMessageContaining("empty");
  }

  @ParameterizedTest
  @CsvSource({
    "a/b, a/b, true",
    "a/b, a/B, false",
    "a/+, a/b, true",
    "a/+, a/, true",
    "a/+, a, false",
    "a/+, a/b/c, false",
    "+, a, true",
    "+, /a, false",
    "+/+, /a, true",
    "/+, /a, true",
    "a/#, a/b/c, true",
    "a/#, a/, true",
    "a/#, ab, false",
    "#, a/b, true",
    "#, $aws/x, false",
    "+/x, $aws/x, false",
    "$aws/#, $aws/x, true",
    "$aws/+, $aws/x, true",
    "a/+/c, a//c, true",
    "a/+/#, a/b, true"
  })
  void filtersMatchAsTheStandardSays(String filter, String topic, boolean matches) {
    assertThat(new TopicFilter(filter).matches(new Topic(topic), Profile.THINGSTEAD))
        .isEqualTo(matches);
  }

  @Test
  void hashMatchesItsParentExceptInTheCloud() {
    TopicFilter filter = new TopicFilter("sensor/#");
    assertThat(filter.matches(new Topic("sensor"), Profile.THINGSTEAD)).isTrue();
    assertThat(filter.matches(new Topic("sensor"), Profile.MQTT)).isTrue();
    assertThat(filter.matches(new Topic("sensor"), Profile.AWS)).isFalse();
    assertThat(filter.matches(new Topic("sensor/"), Profile.AWS)).isTrue();
  }

  @Test
  void agreesWithTheNaiveMatcherOnRandomTexts() {
    Random random = new Random(7);
    int matched = 0;
    for (int i = 0; i < 200_000; i++) {
      String filter = levels(random, "a", "b", "", "+", "$a");
      if (random.nextInt(3) == 0) {
        filter = filter.isEmpty() ? "#" : filter + "/#";
      }
      String topic = levels(random, "a", "b", "", "$a");
      if (filter.isEmpty() || topic.isEmpty()) {
        continue;
      }
      for (Profile profile : Profile.values()) {
        boolean expected = naive(filter, topic, profile != Profile.AWS);
        assertThat(new TopicFilter(filter).matches(new Topic(topic), profile))
            .as("%s on %s in %s", filter, topic, profile)
            .isEqualTo(expected);
        matched += expected ? 1 : 0;
      }
    }
    assertThat(matched).isGreaterThan(10_000);
  }

  private static String levels(Random random, String... words) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(4); i >= 0; i--) {
      text.append(words[random.nextInt(words.length)]).append(i > 0 ? "/" : "");
    }
    return text.toString();
  }

  private static boolean naive(String filter, String topic, boolean parent) {
    if (topic.startsWith("$") && !filter.startsWith("$")) {
      return false;
    }
    String[] f = filter.split("/", -1);
    String[] t = topic.split("/", -1);
    for (int i = 0; i < f.length; i++) {
      if (f[i].equals("#")) {
        return t.length > i || parent;
      }
      if (i == t.length || !f[i].equals("+") && !f[i].equals(t[i])) {
        return false;
      }
    }
    return f.length == t.length;
  }

  @Test
  void sharedFilterNamesGroupAndFilter() {
    SharedFilter shared = SharedFilter.parse("$share/g/a/+/#", Limits.DEFAULT);
    assertThat(shared).isEqualTo(new SharedFilter("g", new TopicFilter("a/+/#")));
    assertThat(shared.text()).isEqualTo("$share/g/a/+/#");
    assertThat(SharedFilter.isShared("$share/")).isTrue();
    assertThat(SharedFilter.isShared("$shared/a")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"$share", "$share/", "$share/g", "$share/g/", "$share//a", "$share/g+/a"})
  void malformedSharedFilterIsRefused(String text) {
    assertThatThrownBy(() -> SharedFilter.parse(text, Limits.DEFAULT))
        .isInstanceOf(InvalidTopicException.class);
  }

  @Test
  void sharePrefixIsNotCounted() {
    String filter = "1/2/3/4/5/6/7/8";
    assertThat(SharedFilter.parse("$share/g/" + filter, Limits.DEFAULT).filter().text())
        .isEqualTo(filter);
    assertThatThrownBy(() -> SharedFilter.parse("$share/g/9/" + filter, Limits.DEFAULT))
        .hasMessageContaining("8 slashes");
    assertThatThrownBy(() -> SharedFilter.parse("$share/" + "g".repeat(129) + "/a", Limits.DEFAULT))
        .hasMessageContaining("129 characters, more than 128");
  }
}
