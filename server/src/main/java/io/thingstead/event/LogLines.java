package io.thingstead.event;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import tools.jackson.databind.json.JsonMapper;

/** One line for each event of the log, in text or JSON; made by the thread that logs. */
final class LogLines extends Formatter {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final boolean json;

  LogLines(boolean json) {
    this.json = json;
  }

  @Override
  public String format(LogRecord event) {
    String time = event.getInstant().truncatedTo(ChronoUnit.MILLIS).toString();
    return (json ? json(event, time) : text(event, time)) + "\n";
  }

  private String text(LogRecord event, String time) {
    StringBuilder line =
        new StringBuilder(time).append(' ').append(level(event.getLevel())).append(' ');
    line.append(Words.oneLine(formatMessage(event)));
    if (!CurrentRequest.id().isEmpty()) {
      line.append(" request=").append(CurrentRequest.id());
    }
    Throwable thrown = event.getThrown();
    if (thrown != null) {
      line.append(" thrown=").append(Words.oneLine(trace(thrown)));
    }
    return line.toString();
  }

  private String json(LogRecord event, String time) {
    Map<String, String> members = new LinkedHashMap<>();
    members.put("time", time);
    members.put("level", level(event.getLevel()));
    members.put("logger", String.valueOf(event.getLoggerName()));
    members.put("message", formatMessage(event));
    if (!CurrentRequest.id().isEmpty()) {
      members.put("request", CurrentRequest.id());
    }
    Throwable thrown = event.getThrown();
    if (thrown != null) {
      members.put("thrown", trace(thrown));
    }
    return JSON.writeValueAsString(members);
  }

  private static String trace(Throwable thrown) {
    StringWriter trace = new StringWriter();
    thrown.printStackTrace(new PrintWriter(trace));
    return trace.toString().strip();
  }

  private static String level(Level level) {
    if (level.intValue() >= Level.SEVERE.intValue()) {
      return "error";
    }
    if (level.intValue() >= Level.WARNING.intValue()) {
      return "warning";
    }
    if (level.intValue() >= Level.CONFIG.intValue()) {
      return "info";
    }
    return level.intValue() >= Level.FINE.intValue() ? "debug" : "trace";
  }
}
