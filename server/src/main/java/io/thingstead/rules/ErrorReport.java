package io.thingstead.rules;

import io.thingstead.row.Json;
import io.thingstead.rules.action.Action;
import io.thingstead.rules.action.ActionResult.Failed;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an error action is given: the message and all that failed (guide, "Error message format").
 */
final class ErrorReport {
  private final String rule;
  private final InputRow row;
  private final List<Map<String, String>> failures = new ArrayList<>();

  ErrorReport(String rule, InputRow row) {
    this.rule = rule;
    this.row = row;
  }

  synchronized void add(Action action, Failed failed) {
    Map<String, String> failure = new LinkedHashMap<>();
    failure.put("failedAction", action.kind());
    failure.put("failedResource", failed.resource());
    failure.put("errorMessage", failed.why() + " Message arrived on: " + row.topic() + ".");
    failures.add(failure);
  }

  synchronized boolean isEmpty() {
    return failures.isEmpty();
  }

  synchronized byte[] json() {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("ruleName", rule);
    report.put("topic", row.topic());
    put(report, "cloudwatchTraceId", row.traceId());
    report.put("clientId", row.clientId() == null ? "n/a" : row.clientId());
    put(report, "sourceIp", row.sourceIp());
    report.put("base64OriginalPayload", Base64.getEncoder().encodeToString(row.payload()));
    report.put("failures", failures);
    return Json.encode(report);
  }

  private static void put(Map<String, Object> report, String name, @Nullable String value) {
    if (value != null) {
      report.put(name, value);
    }
  }
}
