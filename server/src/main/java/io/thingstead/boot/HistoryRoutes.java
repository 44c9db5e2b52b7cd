package io.thingstead.boot;

import io.thingstead.api.ApiResponse;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.metrics.History;
import io.thingstead.metrics.Series;
import io.thingstead.metrics.Slice;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.net.Role;
import java.util.Set;
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
    long after = call.number("after", 0, 0, Long.MAX_VALUE, "a time in seconds since 1970");
    String range = call.parameter("range");
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
    return ApiResponse.json(JSON.writeValueAsBytes(answer));
  }

  private static ApiException invalid(String why) {
    return new ApiException(AwsError.INVALID_REQUEST, why);
  }
}
