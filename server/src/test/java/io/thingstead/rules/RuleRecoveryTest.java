package io.thingstead.rules;

import static io.thingstead.rules.House.payload;
import static io.thingstead.rules.House.republish;
import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.api.iot.ListTopicRulesRequest;
import io.thingstead.api.iot.ReplaceTopicRuleRequest;
import io.thingstead.api.iot.TopicRule;
import io.thingstead.api.iot.TopicRuleListItem;
import io.thingstead.broker.Qos;
import io.thingstead.engine.EngineSettings;
import io.thingstead.engine.ShardId;
import io.thingstead.engine.Simulation;
import io.thingstead.model.Limits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a crash, a full disk or a rule that is gone leaves of messages that rules have taken. */
class RuleRecoveryTest {
  private static final String HOT =
      "SELECT temperature, topic(2) AS device, timestamp() AS ts"
          + " FROM 'sensors/+/t' WHERE temperature > 50";

  private final House house = new House();

  @Test
  void acknowledgedMessageRunsAgainAfterACrash() {
    int crashedBefore = 0;
    for (int seed = 0; seed < 150; seed++) {
      House one = new House(seed, Limits.DEFAULT.rules());
      one.create("hot", HOT, republish("a/${topic(2)}"), republish("b/${topic(2)}"));
      CompletableFuture<?> stage =
          one.publish("sensors/d7/t", "{\"temperature\":51}", Qos.AT_LEAST_ONCE)
              .toCompletableFuture();
      for (int step = one.sim.random().nextInt(20); step > 0; step--) {
        one.sim.run(1);
        Runnable task = one.sim.random().nextBoolean() ? one.tasks.poll() : null;
        if (task != null) {
          task.run();
        }
      }
      boolean acknowledged = stage.isDone();
      long before = one.published.size();
      crashedBefore += before < 3 ? 1 : 0;
      one.crash();
      one.settle();
      if (acknowledged) {
        assertThat(one.seen())
            .as("seed " + seed)
            .anyMatch(message -> message.startsWith("a/d7"))
            .anyMatch(message -> message.startsWith("b/d7"));
      }
      assertThat(one.keptInputs()).as("seed " + seed).isZero();
      assertThat(one.rules.pending()).as("seed " + seed).isZero();
    }
    assertThat(crashedBefore).isGreaterThan(20);
  }

  @Test
  void actionThatWasDoneDoesNotRunAgain() {
    house.create("two", "SELECT * FROM 'x'", republish("a"), republish("b"));
    house.publish("x", "{}", Qos.AT_LEAST_ONCE);
    house.tasks.remove().run(); // evaluation
    house.sim.runUntilIdle();
    house.tasks.remove().run(); // starts the actions
    house.tasks.remove().run(); // the first of them
    house.sim.runUntilIdle();
    assertThat(house.seen()).contains("a {}").doesNotContain("b {}");
    house.crash();
    house.settle();
    assertThat(house.seen()).containsOnlyOnce("a {}", "b {}");
    assertThat(house.keptInputs()).isZero();
  }

  @Test
  void messageOfADeletedRuleIsGivenUpAfterACrash() {
    house.create("gone", "SELECT * FROM 'x'" + House.LONG_WAY, republish("a"));
    house.publish("x", "{}", Qos.AT_LEAST_ONCE);
    house.tasks.remove().run();
    house.sim.runUntilIdle();
    house.tasks.clear();
    house.rules.delete("gone");
    assertThat(house.keptInputs()).isEqualTo(1);
    house.crash();
    house.settle();
    assertThat(house.keptInputs()).isZero();
    assertThat(house.seen()).containsExactly("x {}");
  }

  /** A message is kept for the rule, and then its target is not allowed any more. */
  private void keepForARuleThatCannotRunAnyMore() {
    house.create("r", "SELECT * FROM 'x'", House.http("http://127.0.0.1:1/"));
    house.publish("x", "{}", Qos.AT_LEAST_ONCE);
    house.tasks.remove().run();
    house.sim.runUntilIdle();
    house.allowedTargets = List.of();
    house.crash();
    house.settle();
    assertThat(house.keptInputs()).isEqualTo(1);
    assertThat(house.rules.pending()).isZero();
  }

  @Test
  void messagesOfARuleThatCannotRunWaitForItsReplacement() {
    keepForARuleThatCannotRunAnyMore();
    house.rules.disable("r");
    house.settle();
    house.crash();
    house.settle();
    assertThat(house.keptInputs()).isEqualTo(1);
    house.rules.replace(
        new ReplaceTopicRuleRequest("r", payload("SELECT * FROM 'w'", null, republish("y"))));
    house.settle();
    assertThat(house.seen()).containsExactly("x {}", "y {}");
    assertThat(house.keptInputs()).isZero();
  }

  @Test
  void messagesOfARuleThatCannotRunAreGivenUpWithIt() {
    keepForARuleThatCannotRunAnyMore();
    house.rules.delete("r");
    house.settle();
    assertThat(house.keptInputs()).isZero();
    assertThat(house.seen()).containsExactly("x {}");
  }

  @Test
  void aRuleThatCannotRunIsListedAllTheSame() {
    keepForARuleThatCannotRunAnyMore();
    assertThat(house.rules.list(new ListTopicRulesRequest(null, null, null, null)).rules())
        .singleElement()
        .extracting(TopicRuleListItem::ruleName)
        .isEqualTo("r");
    assertThat(house.rules.get("r").rule())
        .isNotNull()
        .extracting(TopicRule::sql)
        .isEqualTo("SELECT * FROM 'x'");
  }

  @Test
  void messageThatComesWhileRulesStartDoesNotReplaceAKeptOne() {
    house.create("r", "SELECT * FROM 'x'" + House.LONG_WAY, republish("y"));
    house.publish("x", "{\"n\":1}", Qos.AT_LEAST_ONCE);
    house.tasks.remove().run();
    house.sim.runUntilIdle();
    house.atAttach = House.message("x", "{\"n\":2}", Qos.AT_LEAST_ONCE);
    house.crash();
    house.sim.runUntilIdle();
    house.atAttach = null;
    house.crash();
    house.settle();
    assertThat(house.seen()).contains("y {\"n\":1}", "y {\"n\":2}");
    assertThat(house.keptInputs()).isZero();
  }

  @Test
  void actionThatIsMarkedAsDoneTooLateLeavesNothing() {
    Inputs inputs = new Inputs(house.sim.engine().shard(new ShardId(ShardId.RULE, 0)).account(1));
    var _ = inputs.forget(7);
    var _ = inputs.done(7, 0);
    house.sim.runUntilIdle();
    assertThat(house.keptInputs()).isZero();
  }

  /** A house with a message whose actions are done while the disk is full. */
  private static House doneWhileTheDiskIsFull() {
    EngineSettings limits = new EngineSettings(1, 1024, 1024, 1000, 2000, 100);
    Simulation sim = new Simulation(1, limits, _ -> {}, Simulation.UnaryStore.NONE);
    House full = new House(sim, Limits.DEFAULT.rules());
    full.create("r", "SELECT * FROM 'x'" + House.LONG_WAY, republish("y"));
    full.publish("x", "{}", Qos.AT_LEAST_ONCE);
    full.tasks.remove().run();
    sim.runUntilIdle();
    sim.store().freeBytes(500);
    sim.advance(Duration.ofSeconds(1));
    return full;
  }

  @Test
  void messageThatCannotBeForgottenIsForgottenLater() {
    House full = doneWhileTheDiskIsFull();
    List<Duration> pauses = new ArrayList<>();
    full.pause =
        time -> {
          pauses.add(time);
          if (pauses.size() == 3) {
            full.sim.store().freeBytes(5000);
            full.sim.advance(Duration.ofSeconds(1));
          }
        };
    full.settle();
    assertThat(pauses)
        .containsExactly(
            Duration.ofMillis(100),
            Duration.ofMillis(400),
            Duration.ofSeconds(1),
            Duration.ofMillis(600));
    assertThat(full.seen()).containsExactly("x {}", "y {}");
    assertThat(full.keptInputs()).isZero();
    assertThat(full.rules.pending()).isZero();
  }

  @Test
  void messageThatCanNeverBeForgottenIsLeftForTheNextStart() {
    House full = doneWhileTheDiskIsFull();
    full.settle();
    assertThat(full.keptInputs()).isEqualTo(1);
    assertThat(full.rules.pending()).isZero();
  }
}
