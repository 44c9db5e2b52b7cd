package io.thingstead.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class ScoresTest {
  private static final Figure TIMES = Figure.times("msgs_per_cpu", 1.5, 3);

  private static Scores scores(Figure figure) {
    return new Scores(
        new Match("x", List.of(figure), Match.Way.PLAIN, false, List.of(), List.of()),
        "ours",
        "peer");
  }

  private static ObjectNode result(String figure, double value) {
    return JsonNodeFactory.instance.objectNode().put(figure, value);
  }

  @Test
  void aRowHasTheMediansAndHowManyTimesThePeersOursIs() {
    Scores scores = scores(TIMES);
    for (double value : new double[] {100, 900_000, 300_000}) {
      scores.add("ours", result("msgs_per_cpu", value));
    }
    scores.add("peer", result("msgs_per_cpu", 100_000));
    scores.add("peer", result("msgs_per_cpu", 200_000));
    assertThat(scores.rows())
        .isEqualTo(
            "| x | msgs_per_cpu | 300,000 | 150,000 | 2.00 | 1.50 | 3.00 | - / - | - |  |\n");
    assertThat(scores.holds(1)).isTrue();
  }

  @Test
  void aScoreBelowTheFloorIsMarkedAndFailsBelowTheShare() {
    Scores scores = scores(TIMES);
    scores.add("ours", result("msgs_per_cpu", 110));
    scores.add("peer", result("msgs_per_cpu", 100));
    assertThat(scores.rows()).contains("**below the floor**");
    assertThat(scores.holds(0.7)).isTrue();
    assertThat(scores.holds(0.8)).isFalse();
  }

  @Test
  void ofMemoryTheFigureItselfIsTheScore() {
    Scores scores = scores(Figure.size("kb_per_conn", 10, 4));
    scores.add("ours", result("kb_per_conn", 12));
    scores.add("peer", result("kb_per_conn", 2));
    assertThat(scores.rows()).contains("| 12.00 | 2.00 | 12.00 | 10.00 | 4.00 |");
    assertThat(scores.holds(1)).isFalse();
    assertThat(scores.holds(0.7)).isTrue();
  }

  @Test
  void ofLatencyTheSmallerOneIsTheBetterOne() {
    Scores scores = scores(Figure.timesLess("p99_ms", 2, 1));
    scores.add("ours", result("p99_ms", 0.3));
    scores.add("peer", result("p99_ms", 0.1));
    assertThat(scores.holds(1)).isFalse();
    assertThat(scores.holds(0.6)).isTrue();
  }

  @Test
  void disturbedRoundsAreLeftOutAsLongAsThereAreOthers() {
    Scores scores = scores(TIMES);
    scores.add("ours", result("msgs_per_cpu", 900).put("other_cpu", 1.0));
    scores.add("ours", result("msgs_per_cpu", 200).put("other_cpu", 0.1));
    scores.add("peer", result("msgs_per_cpu", 100).put("stolen_cpu", 0.5));
    assertThat(scores.rows())
        .contains("| 200.00 | 100.00 | 2.00 |")
        .contains("ours disturbed in 1 of 2 rounds, peer disturbed in 1 of 1 rounds");
  }

  @Test
  void lostMessagesAreTold() {
    Scores scores = scores(TIMES);
    scores.add("ours", result("msgs_per_cpu", 200).put("lost", 3));
    scores.add("peer", result("msgs_per_cpu", 100));
    assertThat(scores.rows()).contains("**ours lost 3**");
  }

  @Test
  void aFailedRunIsToldAndHoldsNoFloor() {
    Scores scores = scores(TIMES);
    scores.add("ours", JsonNodeFactory.instance.objectNode().put("error", "refused"));
    scores.add("peer", result("msgs_per_cpu", 5));
    assertThat(scores.rows()).contains("| - | 5.00 | - |");
    assertThat(scores.errors()).containsExactly("x, ours: \"refused\"");
    assertThat(scores.holds(0.7)).isFalse();
  }
}
