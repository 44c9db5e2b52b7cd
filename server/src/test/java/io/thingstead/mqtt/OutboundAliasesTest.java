package io.thingstead.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.thingstead.broker.Broker;
import io.thingstead.broker.TopicEntry;
import io.thingstead.model.Profile;
import io.thingstead.model.topic.Topic;
import java.lang.management.ManagementFactory;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class OutboundAliasesTest {
  @RegisterExtension static final TestServer server = new TestServer(Profile.MQTT);

  private static final int ROUNDS = 10_000;

  private static TopicEntry topic(String name) {
    Broker broker = server.node().broker();
    return broker.topic(new Topic(name));
  }

  @Test
  void clientThatAllowsNoneGetsNone() {
    assertThat(OutboundAliases.upTo(0).of(topic("long/enough"))).isZero();
  }

  @Test
  void topicShorterThanAnAliasIsNamed() {
    assertThat(OutboundAliases.upTo(10).of(topic("a/b"))).isZero();
  }

  @Test
  void aliasIsToBeSetThenKnownUntilAnotherTopicTakesItsPlace() {
    OutboundAliases aliases = OutboundAliases.upTo(1);
    TopicEntry one = topic("topic/one");
    assertThat(aliases.of(one)).isEqualTo(-1);
    // Nothing was sent yet.
    assertThat(aliases.of(one)).isEqualTo(-1);
    aliases.set(one, 1);
    assertThat(aliases.of(one)).isEqualTo(1);
    TopicEntry two = topic("topic/two");
    assertThat(aliases.of(two)).isEqualTo(-1);
    aliases.set(two, 1);
    assertThat(aliases.of(one)).isEqualTo(-1);
  }

  @Test
  void manyAllowedAreOnlyUsedAsFarAsTheyMayCost() {
    OutboundAliases aliases = OutboundAliases.upTo(65_535);
    for (int i = 0; i < 1000; i++) {
      int alias = aliases.of(topic("topic/" + i));
      assertThat(Math.abs(alias)).isBetween(1, OutboundAliases.ALIASES_MAX);
      aliases.set(topic("topic/" + i), Math.abs(alias));
    }
  }

  @Test
  void lookingUpAllocatesNothing() {
    OutboundAliases aliases = OutboundAliases.upTo(8);
    TopicEntry[] topics =
        IntStream.range(0, 20).mapToObj(i -> topic("topic/" + i)).toArray(TopicEntry[]::new);
    use(aliases, topics);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    use(aliases, topics);
    assertThat((threads.getCurrentThreadAllocatedBytes() - before) / ROUNDS).isZero();
  }

  private static void use(OutboundAliases aliases, TopicEntry[] topics) {
    for (int i = 0; i < ROUNDS; i++) {
      TopicEntry topic = topics[i % topics.length];
      int alias = aliases.of(topic);
      if (alias < 0) {
        aliases.set(topic, -alias);
      }
    }
  }
}
