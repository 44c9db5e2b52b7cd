package io.thingstead.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class ScoresTest {
  private static ObjectNode result(String figure, double value) {
    return JsonNodeFactory.instance.objectNode().put(figure, value);
  }

  @Test
  void aRowHasTheMediansAndHowManyTimesBetterOursIs() {
    Scores scores = new Scores(new Match("fanin", List.of("msgs_per_cpu"), false, List.of()));
    for (double value : new double[] {100, 900_000, 300_000}) {
      scores.add("ours", result("msgs_per_cpu", value));
    }
    scores.add("peer", result("msgs_per_cpu", 100_000));
    scores.add("peer", result("msgs_per_cpu", 200_000));
    assertThat(scores.rows("ours", "peer"))
        .isEqualTo("| fanin | msgs_per_cpu | 300,000 | 150,000 | 2.00 | - / - | - |\n");
  }

  @Test
  void ofMemoryTheSmallerFigureIsTheBetterOne() {
    Scores scores = new Scores(new Match("idle", List.of("kb_per_conn"), true, List.of()));
    scores.add("ours", result("kb_per_conn", 20));
    scores.add("peer", result("kb_per_conn", 5));
    assertThat(scores.rows("ours", "peer")).contains("| 20.00 | 5.00 | 0.25 |");
  }

  @Test
  void aFailedRunIsToldAndLeavesAGap() {
    Scores scores = new Scores(new Match("x", List.of("msgs_per_cpu"), false, List.of()));
    scores.add("ours", JsonNodeFactory.instance.objectNode().put("error", "refused"));
    scores.add("peer", result("msgs_per_cpu", 5));
    assertThat(scores.rows("ours", "peer")).contains("| - | 5.00 | - |");
    assertThat(scores.errors()).containsExactly("x, ours: \"refused\"");
  }
}
