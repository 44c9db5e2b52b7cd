package io.thingstead.api;

import io.thingstead.api.Shape.TimestampFormat;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads JSON into values that fit a shape; what does not fit is refused, naming the place. */
final class JsonTree {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private JsonTree() {}

  /** Parses a whole text; an empty one is a missing node. */
  static JsonNode parse(byte[] bytes) {
    try {
      return JSON.readTree(bytes);
    } catch (JacksonException e) {
      throw Refusal.unreadable("the body is not JSON: " + brief(e));
    }
  }

  private static String brief(JacksonException e) {
    var location = e.getLocation();
    String where =
        location == null
            ? ""
            : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
    String message = String.valueOf(e.getOriginalMessage());
    return (message.length() > 200 ? message.substring(0, 200) : message) + where;
  }

  /** Reads a value that is not null. */
  static Object read(Shape shape, JsonNode node, String where) {
    return switch (shape) {
      case Shape.Structure structure -> structure(structure, node, where);
      case Shape.ListOf list -> list(list, node, where);
      case Shape.MapOf map -> map(map, node, where);
      case Shape.Text _ -> text(node, where, "a string");
      case Shape.Blob _ -> Scalars.base64(text(node, where, "a base64 string"), where);
      case Shape.Numeric number -> number(number, node, where);
      case Shape.Bool _ -> {
        if (!node.isBoolean()) {
          throw Refusal.wrongKind(where, "true or false");
        }
        yield node.booleanValue();
      }
      case Shape.Timestamp timestamp -> timestamp(timestamp, node, where);
      case Shape.Document _ -> node;
    };
  }

  private static String text(JsonNode node, String where, String expected) {
    if (!node.isString()) {
      throw Refusal.wrongKind(where, expected);
    }
    return node.stringValue();
  }

  private static Object number(Shape.Numeric shape, JsonNode node, String where) {
    boolean floating =
        shape.kind() == Shape.NumberKind.FLOAT || shape.kind() == Shape.NumberKind.DOUBLE;
    if (floating && node.isString()) {
      String text = node.stringValue();
      if (text.equals("NaN") || text.equals("Infinity") || text.equals("-Infinity")) {
        return Scalars.special(shape, text, where);
      }
    }
    if (!node.isNumber()) {
      throw Refusal.wrongKind(where, "a number");
    }
    return Scalars.number(shape, node.decimalValue(), where);
  }

  private static Object timestamp(Shape.Timestamp shape, JsonNode node, String where) {
    TimestampFormat format =
        shape.format() == null ? TimestampFormat.EPOCH_SECONDS : shape.format();
    if (format == TimestampFormat.EPOCH_SECONDS ? !node.isNumber() : !node.isString()) {
      throw Refusal.wrongKind(
          where, format == TimestampFormat.EPOCH_SECONDS ? "a number of seconds" : "a string");
    }
    String text = node.isNumber() ? node.decimalValue().toPlainString() : node.stringValue();
    return Scalars.timestamp(shape, text, where, TimestampFormat.EPOCH_SECONDS);
  }

  private static List<@Nullable Object> list(Shape.ListOf shape, JsonNode node, String where) {
    if (!node.isArray()) {
      throw Refusal.wrongKind(where, "a list");
    }
    List<@Nullable Object> values = new ArrayList<>(node.size());
    for (JsonNode element : node) {
      String place = where + "/" + values.size();
      values.add(element(shape.element().shape(), element, shape.sparse(), place));
    }
    return values;
  }

  private static Map<String, @Nullable Object> map(Shape.MapOf shape, JsonNode node, String where) {
    if (!node.isObject()) {
      throw Refusal.wrongKind(where, "an object");
    }
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    for (var entry : node.properties()) {
      String place = where + "/" + entry.getKey();
      values.put(
          entry.getKey(), element(shape.value().shape(), entry.getValue(), shape.sparse(), place));
    }
    return values;
  }

  private static @Nullable Object element(
      Shape shape, JsonNode node, boolean sparse, String where) {
    if (!node.isNull()) {
      return read(shape, node, where);
    }
    if (!sparse) {
      throw Refusal.wrongKind(where, "a value, not null");
    }
    return null;
  }

  private static Struct structure(Shape.Structure shape, JsonNode node, String where) {
    if (!node.isObject()) {
      throw Refusal.wrongKind(where, "an object");
    }
    if (shape.union()) {
      checkUnion(shape, node, where);
    }
    Struct.Builder members = Struct.builder();
    for (Member member : shape.members()) {
      readMember(member, node, where, members);
    }
    return members.build();
  }

  /** Reads one member of an object, or its default. */
  static void readMember(Member member, JsonNode object, String where, Struct.Builder into) {
    JsonNode value = object.get(member.wireName());
    boolean absent = value == null || value.isNull() && !(member.shape() instanceof Shape.Document);
    into.put(
        member.name(),
        absent
            ? member.defaultValue()
            : read(member.shape(), value, where + "/" + member.wireName()));
  }

  private static void checkUnion(Shape.Structure shape, JsonNode node, String where) {
    int set = 0;
    boolean known = false;
    for (var entry : node.properties()) {
      if (!entry.getValue().isNull() && !entry.getKey().equals("__type")) {
        set++;
        known |= shape.members().stream().anyMatch(m -> m.wireName().equals(entry.getKey()));
      }
    }
    if (set != 1 || !known) {
      throw Refusal.wrongKind(where, "an object with exactly one known member");
    }
  }
}
