package io.thingstead.model.sql;

import io.thingstead.model.sql.Value.Absent;
import io.thingstead.model.sql.Value.Arr;
import io.thingstead.model.sql.Value.Bool;
import io.thingstead.model.sql.Value.Num;
import io.thingstead.model.sql.Value.Obj;
import io.thingstead.model.sql.Value.Text;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Minified JSON of values, members in their order, no longer than {@link Limits#OUTPUT_MAX}. */
final class JsonWriter {
  private final StringBuilder out = new StringBuilder(128);
  private final SqlVersion version;

  private JsonWriter(SqlVersion version) {
    this.version = version;
  }

  static String text(Value value, SqlVersion version) {
    JsonWriter writer = new JsonWriter(version);
    writer.value(value);
    return writer.out.toString();
  }

  static byte[] bytes(Value value, SqlVersion version) {
    return text(value, version).getBytes(StandardCharsets.UTF_8);
  }

  private void value(Value value) {
    switch (value) {
      case Num number -> out.append(Numbers.print(number, version));
      case Bool(boolean truth) -> out.append(truth);
      case Text(String text) -> string(text);
      case Arr(var items) -> {
        char separator = '[';
        for (Value item : items) {
          out.append(separator);
          value(item);
          separator = ',';
        }
        out.append(items.isEmpty() ? "[]" : "]");
      }
      case Obj(var members) -> {
        char separator = '{';
        for (Map.Entry<String, Value> member : members.entrySet()) {
          out.append(separator);
          string(member.getKey());
          out.append(':');
          value(member.getValue());
          separator = ',';
        }
        out.append(members.isEmpty() ? "{}" : "}");
      }
      case Absent _ -> out.append("null");
    }
    if (out.length() > Limits.OUTPUT_MAX) {
      throw new EvaluationException(
          "the result would be longer than " + Limits.OUTPUT_MAX + " characters");
    }
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' ' || isLoneSurrogate(text, i)) {
            out.append("\\u").append(java.util.HexFormat.of().toHexDigits(c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  /** Half a pair has no UTF-8 form and must be written as it came, by its number. */
  private static boolean isLoneSurrogate(String text, int i) {
    char c = text.charAt(i);
    if (Character.isHighSurrogate(c)) {
      return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
    }
    return Character.isLowSurrogate(c)
        && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
  }
}
