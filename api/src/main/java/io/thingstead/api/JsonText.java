package io.thingstead.api;

import io.thingstead.api.Shape.TimestampFormat;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Writes values that fit a shape as JSON; the counterpart of {@link JsonTree}. */
final class JsonText {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private JsonText() {}

  /** Plain lists, maps and texts as JSON. */
  static String of(Object value) {
    return JSON.writeValueAsString(value);
  }

  /** One value. */
  static byte[] write(Shape shape, Object value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      value(shape, value, json);
    }
    return out.toByteArray();
  }

  /**
   * An object of some members of a structure.
   *
   * @param more further members
   */
  static byte[] write(
      Shape.Structure shape, Struct value, Predicate<Member> included, Map<String, String> more) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      for (Member member : shape.members()) {
        if (included.test(member)) {
          member(member, value, json);
        }
      }
      more.forEach(json::writeStringProperty);
      json.writeEndObject();
    }
    return out.toByteArray();
  }

  /** The body of an error that no model describes. */
  static byte[] error(String message, Map<String, String> members) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringProperty("message", message);
      members.forEach(json::writeStringProperty);
      json.writeEndObject();
    }
    return out.toByteArray();
  }

  private static void member(Member member, Struct struct, JsonGenerator json) {
    Object value = struct.get(member.name());
    Object present = value == null ? member.defaultValue() : value;
    if (present != null) {
      json.writeName(member.wireName());
      value(member.shape(), present, json);
    }
  }

  private static void value(Shape shape, @Nullable Object value, JsonGenerator json) {
    if (value == null) {
      json.writeNull();
      return;
    }
    switch (shape) {
      case Shape.Structure structure -> {
        json.writeStartObject();
        structure.members().forEach(member -> member(member, (Struct) value, json));
        json.writeEndObject();
      }
      case Shape.ListOf list -> {
        json.writeStartArray();
        ((List<?>) value).forEach(element -> value(list.element().shape(), element, json));
        json.writeEndArray();
      }
      case Shape.MapOf map -> {
        json.writeStartObject();
        for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
          json.writeName((String) entry.getKey());
          value(map.value().shape(), entry.getValue(), json);
        }
        json.writeEndObject();
      }
      case Shape.Text _ -> json.writeString((String) value);
      case Shape.Blob _ -> json.writeBinary((byte[]) value);
      case Shape.Numeric _ -> number(value, json);
      case Shape.Bool _ -> json.writeBoolean((Boolean) value);
      case Shape.Timestamp timestamp -> timestamp(timestamp, (Instant) value, json);
      case Shape.Document _ -> JSON.writeValue(json, (JsonNode) value);
    }
  }

  private static void number(Object value, JsonGenerator json) {
    switch (value) {
      case Float number when !Float.isFinite(number) -> json.writeString(number.toString());
      case Double number when !Double.isFinite(number) -> json.writeString(number.toString());
      case Float number -> json.writeNumber(number);
      case Double number -> json.writeNumber(number);
      case BigDecimal number -> json.writeNumber(number);
      case BigInteger number -> json.writeNumber(number);
      case Number number -> json.writeNumber(number.longValue());
      default -> throw new IllegalArgumentException("not a number: " + value.getClass());
    }
  }

  private static void timestamp(Shape.Timestamp shape, Instant value, JsonGenerator json) {
    if (shape.format() == null || shape.format() == TimestampFormat.EPOCH_SECONDS) {
      json.writeNumber(Timestamps.toSeconds(value));
    } else {
      json.writeString(Timestamps.write(shape.format(), value));
    }
  }
}
