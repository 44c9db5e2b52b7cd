package io.thingstead.model.sql;

import io.thingstead.model.sql.Value.Absent;
import io.thingstead.model.sql.Value.Arr;
import io.thingstead.model.sql.Value.Bool;
import io.thingstead.model.sql.Value.Int;
import io.thingstead.model.sql.Value.Obj;
import io.thingstead.model.sql.Value.Text;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads JSON into values, building only the top-level members that are wanted; the others are
 * checked and skipped.
 */
final class Document {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(Limits.PAYLOAD_DEPTH_MAX).build())
          .build();

  private final JsonParser parser;
  private final SqlVersion version;

  private Document(JsonParser parser, SqlVersion version) {
    this.parser = parser;
    this.version = version;
  }

  /**
   * The value of a JSON text in UTF-8, or null when the bytes are anything else. Of a top-level
   * object only the wanted members are in the value.
   */
  static @Nullable Value read(byte[] payload, Reads wanted, SqlVersion version) {
    if (looksLikeUtf16(payload)) {
      return null;
    }
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), payload)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        return null;
      }
      Value value = new Document(parser, version).root(first, wanted);
      return parser.nextToken() == null ? value : null;
    } catch (JacksonException e) {
      return null;
    }
  }

  /** Jackson would take UTF-16 and UTF-32 for JSON, and a byte order mark; a rule does not. */
  private static boolean looksLikeUtf16(byte[] payload) {
    for (int i = 0; i < Math.min(4, payload.length); i++) {
      if (payload[i] == 0) {
        return true;
      }
    }
    return payload.length > 0
        && (payload[0] == (byte) 0xEF || payload[0] == (byte) 0xFE || payload[0] == (byte) 0xFF);
  }

  private Value root(JsonToken token, Reads wanted) {
    if (token != JsonToken.START_OBJECT) {
      return value(token);
    }
    Map<String, Value> members = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      if (wanted.contains(name)) {
        members.put(name, value(value));
      } else {
        parser.skipChildren();
      }
    }
    return new Obj(members);
  }

  private Value value(JsonToken token) {
    return switch (token) {
      case START_OBJECT -> root(token, Reads.ALL);
      case START_ARRAY -> {
        List<Value> items = new ArrayList<>();
        for (JsonToken next = parser.nextToken();
            next != JsonToken.END_ARRAY;
            next = parser.nextToken()) {
          items.add(value(next));
        }
        yield new Arr(items);
      }
      case VALUE_STRING -> new Text(parser.getString());
      case VALUE_NUMBER_INT -> integer();
      case VALUE_NUMBER_FLOAT -> Numbers.written(parser.getDecimalValue(), false, version);
      case VALUE_TRUE -> Bool.TRUE;
      case VALUE_FALSE -> Bool.FALSE;
      case VALUE_NULL -> Absent.NULL;
      default -> throw new IllegalStateException("no JSON value begins with " + token);
    };
  }

  private Value integer() {
    return switch (parser.getNumberType()) {
      case INT, LONG -> Int.of(parser.getLongValue());
      default -> new Int(new BigDecimal(parser.getBigIntegerValue()));
    };
  }
}
