package io.thingstead.rules;

import static io.thingstead.rules.House.republish;
import static io.thingstead.rules.House.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.broker.Qos;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Rules that only republish run where the message came in, and keep nothing. */
class ShortcutTest {
  private final House house = new House();

  private CompletableFuture<?> publish(String payload, Qos qos) {
    return house.publish("x", payload, qos).toCompletableFuture();
  }

  @Test
  void publisherIsAcknowledgedWhenTheBrokerHasTheNewMessage() {
    house.create("r", "SELECT a FROM 'x' WHERE b", republish("y/${a}"));
    house.broker.taken = new CompletableFuture<>();
    CompletableFuture<?> accepted = publish("{\"a\":1,\"b\":true}", Qos.AT_LEAST_ONCE);
    assertThat(house.seen()).last().isEqualTo("y/1 {\"a\":1}");
    assertThat(accepted).isNotDone();
    assertThat(house.rules.pending()).isEqualTo(1);
    house.broker.taken.complete(null);
    assertThat(accepted).isCompleted();
    assertThat(house.rules.pending()).isZero();
    assertThat(house.rules.stats("r").actionsDone().sum()).isEqualTo(1);
    assertThat(house.tasks).isEmpty();
    assertThat(house.keptInputs()).isZero();
  }

  @Test
  void messageThatTheRuleDoesNotWantIsAcknowledgedAtOnce() {
    house.create("r", "SELECT a FROM 'x' WHERE b", republish("y"));
    assertThat(publish("{\"a\":1}", Qos.AT_LEAST_ONCE)).isCompleted();
    assertThat(publish("no json", Qos.AT_MOST_ONCE)).isCompleted();
    assertThat(house.seen()).containsExactly("x {\"a\":1}", "x no json");
    assertThat(house.rules.pending()).isZero();
  }

  @Test
  void whatTheBrokerDoesNotAcceptIsKeptAndTriedAgain() {
    List<Duration> pauses = new ArrayList<>();
    house.pause =
        time -> {
          pauses.add(time);
          house.broker.refuse = pauses.size() == 2 ? null : "y";
        };
    house.create("r", "SELECT * FROM 'x'", republish("y"));
    house.broker.refuse = "y";
    CompletableFuture<?> accepted = publish("{}", Qos.AT_LEAST_ONCE);
    assertThat(accepted).isNotDone();
    house.tasks.remove().run();
    house.sim.runUntilIdle();
    assertThat(accepted).isCompleted();
    assertThat(house.keptInputs()).isEqualTo(1);
    house.settle();
    assertThat(pauses).hasSize(2);
    assertThat(house.seen()).containsExactly("x {}", "y {}");
    assertThat(house.keptInputs()).isZero();
    assertThat(house.rules.pending()).isZero();
    assertThat(house.rules.stats("r").actionsDone().sum()).isEqualTo(1);
  }

  @Test
  void whatCanNeverBePublishedGoesToTheErrorAction() {
    house.rules.create(request("r", "SELECT * FROM 'x'", republish("errors"), republish("${no}")));
    assertThat(publish("{}", Qos.AT_LEAST_ONCE)).isNotDone();
    house.settle();
    assertThat(house.seen()).last().asString().startsWith("errors {\"ruleName\":\"r\"");
    assertThat(house.rules.stats("r").actionsFailed().sum()).isEqualTo(1);
    assertThat(house.rules.pending()).isZero();
  }

  @Test
  void messageWhoseSuccessorTheBrokerDoesNotHaveYetIsNotAcknowledgedBeforeACrash() {
    house.create("r", "SELECT * FROM 'x'", republish("y"));
    house.broker.taken = new CompletableFuture<>();
    CompletableFuture<?> accepted = publish("{}", Qos.AT_LEAST_ONCE);
    house.settle();
    house.crash();
    house.settle();
    assertThat(accepted).isNotDone();
  }

  @Test
  void largePayloadsAndSlowStatementsLeaveTheLoop() {
    house.create("r", "SELECT * FROM 'x'", republish("y"));
    var _ =
        publish("{\"a\":\"" + "x".repeat(Shortcut.PAYLOAD_BYTES_MAX) + "\"}", Qos.AT_LEAST_ONCE);
    assertThat(house.tasks).hasSize(1);
    house.settle();
    assertThat(house.published).hasSize(2);
    house.create("r2", "SELECT * FROM 'w'" + House.LONG_WAY, republish("y"));
    house.publish("w", "{}", Qos.AT_LEAST_ONCE);
    assertThat(house.tasks).hasSize(1);
    house.settle();
    assertThat(house.published).hasSize(4);
  }
}
