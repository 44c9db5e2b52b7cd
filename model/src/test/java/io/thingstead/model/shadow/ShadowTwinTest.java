package io.thingstead.model.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.model.Limits;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Random updates against a naive twin: a flat map from the path of each leaf to its value and time,
 * in which an empty object cannot even be said.
 */
class ShadowTwinTest {
  private static final List<String> KEYS = List.of("a", "b", "timestamp");

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void mergeMetadataAndDeltaAgreeWithTheTwin(long seed) {
    Random random = new Random(seed);
    Twin twin = new Twin();
    ShadowDocument shadow = null;
    for (int step = 1; step <= 2000; step++) {
      ObjectNode request = Json.object();
      ObjectNode state = request.putObject("state");
      for (String section : List.of("desired", "reported")) {
        if (random.nextInt(3) > 0) {
          state.set(section, random.nextInt(12) == 0 ? nullNode() : object(random, 0));
        }
      }
      UpdateRequest parsed = UpdateRequest.parse(Json.write(request), Limits.DEFAULT.shadows());
      ShadowUpdate update =
          ShadowUpdate.apply(shadow, 0, parsed, step, new Limits.Shadows(8, 1 << 20));
      twin.merge(List.of(), state, step);
      shadow = ShadowDocument.decode(update.current().encode());

      assertThat(leaves(shadow.state())).as("step %d: %s", step, request).isEqualTo(twin.values);
      assertThat(times(shadow.state(), shadow.metadata())).isEqualTo(twin.times);
      Map<List<String>, Object> delta = twin.delta();
      assertThat(leaves(shadow.delta())).isEqualTo(delta);
      assertThat(shadow.version()).isEqualTo(step);
      assertDocuments(update, state, step, twin, delta);
    }
  }

  private static void assertDocuments(
      ShadowUpdate update,
      ObjectNode state,
      long step,
      Twin twin,
      Map<List<String>, Object> delta) {
    ObjectNode accepted = Json.read(update.accepted());
    assertThat(accepted.get("state")).isEqualTo(state);
    Twin alone = new Twin();
    alone.merge(List.of(), state, step);
    assertThat(times(state, accepted.get("metadata"))).isEqualTo(alone.times);
    byte[] sent = update.delta();
    if (sent != null) {
      ObjectNode document = Json.read(sent);
      assertThat(leaves(document.get("state"))).isEqualTo(delta).isNotEmpty();
      times(document.get("state"), document.get("metadata"))
          .forEach((path, time) -> assertThat(time).isEqualTo(twin.times.get(desired(path))));
    } else if (!delta.isEmpty()) {
      List<List<String>> written = new ArrayList<>();
      paths(List.of(), state, written);
      assertThat(written)
          .as("silent about %s", delta)
          .noneMatch(w -> delta.keySet().stream().anyMatch(d -> overlap(w, d)));
    }
  }

  private static boolean overlap(List<String> written, List<String> leaf) {
    List<String> below = written.subList(1, written.size());
    int common = Math.min(below.size(), leaf.size());
    return below.subList(0, common).equals(leaf.subList(0, common));
  }

  // Where a request writes or removes something.
  private static void paths(List<String> at, JsonNode node, List<List<String>> into) {
    if (node.isObject()) {
      node.properties().forEach(e -> paths(child(at, e.getKey()), e.getValue(), into));
    } else {
      into.add(at);
    }
  }

  private static List<String> desired(List<String> path) {
    List<String> whole = new ArrayList<>(List.of("desired"));
    whole.addAll(path);
    return whole;
  }

  private static ObjectNode object(Random random, int level) {
    ObjectNode object = Json.object();
    for (int i = random.nextInt(3); i > 0; i--) {
      object.set(KEYS.get(random.nextInt(KEYS.size())), value(random, level + 1));
    }
    return object;
  }

  private static JsonNode value(Random random, int level) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    return switch (random.nextInt(level < 4 ? 9 : 6)) {
      case 0 -> nullNode();
      case 1 -> nodes.numberNode(random.nextInt(2));
      case 2 -> nodes.numberNode(new BigDecimal("1.0"));
      case 3 -> nodes.stringNode("1");
      case 4 -> nodes.booleanNode(random.nextBoolean());
      case 5 -> {
        var array = nodes.arrayNode();
        for (int i = random.nextInt(3); i > 0; i--) {
          array.add(random.nextInt(2));
        }
        yield array.add(Json.object().put("x", random.nextInt(2)).put("y", 1));
      }
      default -> object(random, level);
    };
  }

  private static JsonNode nullNode() {
    return JsonNodeFactory.instance.nullNode();
  }

  private static List<String> child(List<String> path, String key) {
    List<String> child = new ArrayList<>(path);
    child.add(key);
    return child;
  }

  // 1 and 1.0 are one value here, everything else is its text.
  private static Object leaf(JsonNode node) {
    return node.isNumber() ? node.decimalValue().stripTrailingZeros() : node.toString();
  }

  private static Map<List<String>, Object> leaves(JsonNode node) {
    Map<List<String>, Object> leaves = new HashMap<>();
    flatten(List.of(), node, null, (path, value, _) -> leaves.put(path, leaf(value)));
    return leaves;
  }

  private static Map<List<String>, Long> times(JsonNode state, JsonNode metadata) {
    Map<List<String>, Long> times = new HashMap<>();
    flatten(
        List.of(),
        state,
        metadata,
        (path, value, found) -> {
          if (value.isNull()) {
            assertThat(found).isNull();
            return;
          }
          JsonNode time = Objects.requireNonNull(found, () -> "no time for " + path);
          if (value.isArray()) {
            assertThat(time.size()).isEqualTo(value.size());
            time.forEach(each -> assertThat(each).isEqualTo(time.get(0)));
            times.put(path, time.get(0).required("timestamp").longValue());
          } else {
            assertThat(time.propertyNames()).containsExactly("timestamp");
            times.put(path, time.required("timestamp").longValue());
          }
        });
    return times;
  }

  private interface Leaf {
    void at(List<String> path, JsonNode value, @Nullable JsonNode time);
  }

  private static void flatten(List<String> at, JsonNode node, @Nullable JsonNode meta, Leaf leaf) {
    if (node instanceof ObjectNode object) {
      if (meta != null) {
        assertThat(object.propertyNames()).containsAll(meta.propertyNames());
      }
      object
          .properties()
          .forEach(
              e ->
                  flatten(
                      child(at, e.getKey()),
                      e.getValue(),
                      meta == null ? null : meta.get(e.getKey()),
                      leaf));
    } else {
      leaf.at(at, node, meta);
    }
  }

  /** Leaf paths with values and times. */
  private static final class Twin {
    private final Map<List<String>, Object> values = new HashMap<>();
    private final Map<List<String>, Long> times = new HashMap<>();

    void merge(List<String> path, JsonNode requested, long now) {
      if (requested.isObject()) {
        remove(path::equals);
        requested.properties().forEach(e -> merge(child(path, e.getKey()), e.getValue(), now));
        return;
      }
      remove(old -> old.size() >= path.size() && old.subList(0, path.size()).equals(path));
      if (!requested.isNull()) {
        values.put(path, leaf(requested));
        times.put(path, now);
      }
    }

    private void remove(java.util.function.Predicate<List<String>> which) {
      values.keySet().removeIf(which);
      times.keySet().removeIf(which);
    }

    Map<List<String>, Object> delta() {
      Map<List<String>, Object> delta = new HashMap<>();
      values.forEach(
          (path, value) -> {
            List<String> below = path.subList(1, path.size());
            List<String> reported = new ArrayList<>(List.of("reported"));
            reported.addAll(below);
            if (path.get(0).equals("desired") && !value.equals(values.get(reported))) {
              delta.put(List.copyOf(below), value);
            }
          });
      return delta;
    }
  }
}
