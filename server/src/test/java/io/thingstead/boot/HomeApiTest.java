package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.metrics.History;
import io.thingstead.metrics.Series;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the console's first pages ask the server. */
class HomeApiTest extends ApiTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private HttpResponse<String> get(String path) throws Exception {
    return node().signed("GET", "/_thingstead/" + path, Map.of(), "");
  }

  private JsonNode told(String path) throws Exception {
    HttpResponse<String> answer = get(path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  @Test
  void theHistoryHasEverySeriesForAllOfItsTime() throws Exception {
    JsonNode seconds = told("history");
    JsonNode minutes = told("history?range=minutes");
    assertThat(seconds.path("stepSeconds").asInt()).isEqualTo(1);
    assertThat(minutes.path("stepSeconds").asInt()).isEqualTo(60);
    assertThat(seconds.path("series").propertyNames())
        .containsExactlyElementsOf(Arrays.stream(Series.values()).map(Series::wireName).toList());
    assertThat(seconds.path("series").values()).allMatch(each -> each.size() == History.SECONDS);
    assertThat(minutes.path("series").values()).allMatch(each -> each.size() == History.MINUTES);
    // Before the server started nobody looked.
    assertThat(seconds.path("series").path("refused").path(0).isNull()).isTrue();
  }

  @Test
  void whoKnowsAPartOfItGetsOnlyWhatIsNew() throws Exception {
    JsonNode all = told("history?range=minutes");
    long last = all.path("first").asLong() + (History.MINUTES - 1) * 60L;
    JsonNode more = told("history?range=minutes&after=" + (last - 120));
    assertThat(more.path("series").path("connections").size()).isBetween(2, 3);
    assertThat(more.path("first").asLong()).isEqualTo(last - 60);
  }

  @ParameterizedTest
  @CsvSource({
    "history?range=hours,'range is seconds or minutes, not hours'",
    "history?after=noon,'after is a time in seconds since 1970, not noon'",
    "history?after=-1,'after is a time in seconds since 1970, not -1'",
    "things?limit=0,'limit is a number from 1 to 250, not 0'",
    "things?attribute=a,'attributeName and attributeValue go together'",
    "things?token=made-up,'was not given by this listing'",
  })
  void whatIsNotUnderstoodIsRefusedInWords(String path, String why) throws Exception {
    HttpResponse<String> answer = get(path);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains(why);
  }

  private long delivered() throws Exception {
    String name = "thingstead_broker_delivered_total{account=\"000000000000\"} ";
    return node()
        .signed("GET", "/metrics", Map.of(), "")
        .body()
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(name.length())))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aMessageCountsOnceForEachWhoGetsIt() throws Exception {
    RunningNode.Device device = node().device("home");
    try (MqttDevice one = new MqttDevice(node(), device, "one");
        MqttDevice two = new MqttDevice(node(), device, "two")) {
      one.connect();
      two.connect();
      one.subscribe("home/#");
      two.subscribe("home/a");
      long before = delivered();
      one.send("home/a", "x");
      one.send("home/b", "x");
      one.send("elsewhere", "x");
      one.next();
      one.next();
      two.next();
      // What was handed to the channel is counted before the client can have it.
      assertThat(delivered() - before).isEqualTo(3);
    }
  }

  @Test
  void thingsAreFoundByAPartOfTheirNamesPageByPage() throws Exception {
    for (int i = 0; i < 7; i++) {
      String name = "Home-" + i;
      String colour = i % 2 == 0 ? "red" : "green";
      iot()
          .createThing(
              r -> r.thingName(name).attributePayload(p -> p.attributes(Map.of("colour", colour))));
    }
    JsonNode first = told("things?part=home-&attribute=colour&value=re&prefix=true&limit=3");
    assertThat(first.path("things").values().stream().map(t -> t.path("thingName").asString()))
        .containsExactly("Home-0", "Home-2", "Home-4");
    assertThat(first.path("things").path(0).path("attributes").path("colour").asString())
        .isEqualTo("red");
    JsonNode second =
        told(
            "things?part=home-&attribute=colour&value=re&prefix=true&limit=3&token="
                + first.path("next").asString().replace("+", "%2B").replace("/", "%2F"));
    assertThat(second.path("things").values().stream().map(t -> t.path("thingName").asString()))
        .containsExactly("Home-6");
    assertThat(second.has("next")).isFalse();
  }

  @Test
  void ofTheServerOnlyItsFirstAccountIsTold() throws Exception {
    JsonNode state = told("attention");
    assertThat(state.path("takesChanges").asBoolean()).isTrue();
    assertThat(state.path("quotas").isEmpty()).isTrue();
    assertThat(state.path("ending").isEmpty()).isTrue();
    assertThat(state.path("server").path("freeBytes").asLong()).isPositive();
    assertThat(state.path("server").path("certificateEnds").asString()).matches("\\d{4}-.*Z");
  }

  @ParameterizedTest
  @ValueSource(strings = {"history", "attention", "things"})
  void nobodyElseIsTold(String path) throws Exception {
    try (var client = java.net.http.HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          client.send(
              java.net.http.HttpRequest.newBuilder(node().api().resolve("/_thingstead/" + path))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(403);
    }
  }
}
