package io.thingstead.api;

import io.thingstead.api.Shape.TimestampFormat;
import java.util.ArrayList;
import java.util.List;

/** Lists in one header field: parts between commas, quoted where they hold one. */
final class HeaderLists {
  private HeaderLists() {}

  static List<Object> read(Shape element, List<String> fields, String where) {
    List<Object> values = new ArrayList<>();
    for (String field : fields) {
      for (String part : parts(element, field, where)) {
        values.add(Scalars.read(element, part, where, TimestampFormat.HTTP_DATE, true));
      }
    }
    return values;
  }

  private static List<String> parts(Shape element, String field, String where) {
    if (element instanceof Shape.Timestamp time
        && (time.format() == null || time.format() == TimestampFormat.HTTP_DATE)) {
      return dates(field);
    }
    List<String> parts = new ArrayList<>();
    int at = 0;
    while (at <= field.length()) {
      StringBuilder part = new StringBuilder();
      at =
          field.startsWith("\"", skipBlanks(field, at))
              ? quoted(field, skipBlanks(field, at), part, where)
              : plain(field, at, part);
      parts.add(part.toString());
    }
    return parts;
  }

  private static int skipBlanks(String field, int from) {
    int at = from;
    while (at < field.length() && (field.charAt(at) == ' ' || field.charAt(at) == '\t')) {
      at++;
    }
    return at;
  }

  private static int plain(String field, int from, StringBuilder part) {
    int comma = field.indexOf(',', from);
    int end = comma < 0 ? field.length() : comma;
    part.append(field.substring(from, end).strip());
    return end + 1;
  }

  private static int quoted(String field, int from, StringBuilder part, String where) {
    int at = from + 1;
    while (at < field.length() && field.charAt(at) != '"') {
      if (field.charAt(at) == '\\' && at + 1 < field.length()) {
        at++;
      }
      part.append(field.charAt(at++));
    }
    int next = skipBlanks(field, at + 1);
    if (at >= field.length() || (next < field.length() && field.charAt(next) != ',')) {
      throw Refusal.wrongKind(where, "a list whose quotes are closed");
    }
    return next + 1;
  }

  // An HTTP date has a comma of its own.
  private static List<String> dates(String field) {
    List<String> dates = new ArrayList<>();
    int from = 0;
    while (from < field.length()) {
      int comma = field.indexOf(',', from);
      int end = comma < 0 ? -1 : field.indexOf(',', comma + 1);
      dates.add(field.substring(from, end < 0 ? field.length() : end).strip());
      from = end < 0 ? field.length() : end + 1;
    }
    return dates;
  }

  static String write(Shape element, List<?> values) {
    List<String> parts = new ArrayList<>();
    for (Object value : values) {
      String text = Scalars.write(element, value, TimestampFormat.HTTP_DATE, true);
      boolean quote = element instanceof Shape.Text && (text.contains(",") || text.contains("\""));
      parts.add(quote ? '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"' : text);
    }
    return String.join(", ", parts);
  }
}
