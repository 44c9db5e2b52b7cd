package io.thingstead.boot;

import io.thingstead.api.ApiResponse;
import io.thingstead.api.Headers;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.metrics.History;
import io.thingstead.metrics.Series;
import io.thingstead.metrics.Slice;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.net.Role;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What happened in the caller's account lately, for its administrators. */
final class HistoryRoutes {
  private static final String PATH = "/_thingstead/history";
  private static final Set<Role> ADMIN = Set.of(Role.ADMIN, Role.ALL);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Histories histories;

  HistoryRoutes(Histories histories) {
    this.histories = histories;
  }

  void bind(OperationTable table) {
    table.administratorRoute(ADMIN, "GET", PATH, this::show);
  }

  /**
   * {@code ?range=seconds&after=TIME} or {@code range=minutes}: samples that are complete and begin
   * after a time in seconds since 1970, or all; null where nobody looked.
   */
  private ApiResponse show(Call call) {
    History history = histories.of(call.account());
    long after = after(parameter(call, "after"));
    String range = parameter(call, "range");
    Slice slice =
        switch (range == null ? "seconds" : range) {
          case "seconds" -> history.seconds(after);
          case "minutes" -> history.minutes(after);
          default -> throw invalid("range is seconds or minutes, not " + range);
        };
    ObjectNode answer =
        JSON.createObjectNode().put("stepSeconds", slice.stepSeconds()).put("first", slice.first());
    ObjectNode series = answer.putObject("series");
    for (Series each : Series.values()) {
      ArrayNode values = series.putArray(each.wireName());
      for (int i = 0; i < slice.count(); i++) {
        long value = slice.value(each, i);
        values.add(value == Slice.UNKNOWN ? null : (Long) value);
      }
    }
    return new ApiResponse(
        200, new Headers().add("Content-Type", "application/json"), JSON.writeValueAsBytes(answer));
  }

  private static long after(@Nullable String text) {
    long after;
    try {
      after = text == null ? 0 : Long.parseLong(text);
    } catch (NumberFormatException e) {
      after = -1;
    }
    if (after < 0) {
      throw invalid("after is a time in seconds since 1970, not " + text);
    }
    return after;
  }

  private static @Nullable String parameter(Call call, String name) {
    List<String> values = call.request().parameters().getOrDefault(name, List.of());
    return values.isEmpty() ? null : values.getFirst();
  }

  private static ApiException invalid(String why) {
    return new ApiException(AwsError.INVALID_REQUEST, why);
  }
}
