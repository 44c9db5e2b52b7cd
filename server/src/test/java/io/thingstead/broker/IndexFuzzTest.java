package io.thingstead.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.model.Profile;
import io.thingstead.model.topic.Topic;
import io.thingstead.model.topic.TopicFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The two indexes against a list and the filter's own matcher. */
class IndexFuzzTest {
  private static final String[] LEVELS = {"a", "b", "", "$x", "c"};

  private static String topic(Random random) {
    int levels = 1 + random.nextInt(4);
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < levels; i++) {
      parts.add(LEVELS[random.nextInt(LEVELS.length)]);
    }
    String text = String.join("/", parts);
    return text.isEmpty() ? "a" : text;
  }

  private static TopicFilter filter(Random random) {
    String[] levels = topic(random).split("/", -1);
    for (int i = 0; i < levels.length; i++) {
      if (random.nextInt(3) == 0) {
        levels[i] = "+";
      }
    }
    if (random.nextInt(3) == 0) {
      levels[levels.length - 1] = "#";
    }
    String text = String.join("/", levels);
    return new TopicFilter(text.isEmpty() ? "#" : text);
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void subscriptionsFoundAreThoseWhoseFilterMatches(Profile profile) {
    Random random = new Random(7);
    SubscriptionIndex index = new SubscriptionIndex(profile.hashMatchesParent());
    Map<Attachment, TopicFilter> naive = new HashMap<>();
    Map<String, Set<Attachment>> cached = new HashMap<>();
    Map<String, int[]> versions = new HashMap<>();
    for (int step = 0; step < 20_000; step++) {
      if (random.nextInt(3) == 0) {
        TopicFilter filter = filter(random);
        Attachment attachment = new Attachment(_ -> null);
        assertThat(index.add(filter, attachment)).isTrue();
        naive.put(attachment, filter);
      } else if (!naive.isEmpty() && naive.size() > random.nextInt(100)) {
        var entry = naive.entrySet().iterator().next();
        assertThat(index.remove(entry.getValue(), entry.getKey())).isTrue();
        naive.remove(entry.getKey());
      }
      String topic = topic(random);
      int stripe = SubscriptionIndex.stripe(topic);
      int[] now = {index.version(stripe), index.version(SubscriptionIndex.WILD)};
      Set<Attachment> found = new HashSet<>();
      index.match(topic, interest -> found.add((Attachment) interest));
      Set<Attachment> expected = new HashSet<>();
      naive.forEach(
          (attachment, filter) -> {
            if (filter.matches(new Topic(topic), profile)) {
              expected.add(attachment);
            }
          });
      assertThat(found).as(topic).isEqualTo(expected);
      if (java.util.Arrays.equals(versions.get(topic), now)) {
        assertThat(found).as("cached " + topic).isEqualTo(cached.get(topic));
      }
      versions.put(topic, now);
      cached.put(topic, found);
    }
    naive.forEach((attachment, filter) -> index.remove(filter, attachment));
    List<Interest> left = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      index.match(topic(random), left::add);
    }
    assertThat(left).isEmpty();
  }

  @Test
  void oneOwnerHasOneInterestUnderAFilter() {
    SubscriptionIndex index = new SubscriptionIndex(true);
    Attachment group = new Attachment(_ -> null);
    TopicFilter filter = new TopicFilter("a/+");

    assertThat(index.add(filter, group)).isTrue();
    assertThat(index.add(filter, group)).isFalse();
    assertThat(index.remove(filter, group)).isTrue();
    assertThat(index.remove(filter, group)).isFalse();
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void retainedMessagesFoundAreThoseThatTheFilterMatches(Profile profile) {
    Random random = new Random(11);
    RetainedIndex index = new RetainedIndex(profile.hashMatchesParent());
    Set<String> naive = new HashSet<>();
    for (int step = 0; step < 10_000; step++) {
      String topic = topic(random);
      if (random.nextBoolean()) {
        index.put(
            new RetainedMessage(
                topic, new byte[1], Qos.AT_MOST_ONCE, Long.MAX_VALUE, MessageProperties.NONE, 0));
        naive.add(topic);
      } else {
        index.remove(topic);
        naive.remove(topic);
      }
      TopicFilter filter = filter(random);
      List<String> expected =
          naive.stream().filter(one -> filter.matches(new Topic(one), profile)).toList();
      assertThat(RetainedTest.matching(index, filter))
          .as(filter.text())
          .containsExactlyInAnyOrderElementsOf(expected);
      assertThat(index.size()).isEqualTo(naive.size());
    }
  }
}
