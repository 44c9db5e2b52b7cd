package io.thingstead.model.sql;

import io.thingstead.model.sql.Value.Absent;
import io.thingstead.model.sql.Value.Arr;
import io.thingstead.model.sql.Value.Bool;
import io.thingstead.model.sql.Value.Obj;
import io.thingstead.model.sql.Value.Text;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Functions of any value: collections, presence, base64. */
final class ValueFunctions {
  static final List<Function> ALL =
      List.of(
          Function.of("concat", 0, Integer.MAX_VALUE, ValueFunctions::concat),
          Function.of("get", 2, 2, ValueFunctions::get),
          Function.of("isnull", call -> Bool.of(isNull(call.value(0)))),
          Function.of("nanvl", 2, 2, ValueFunctions::nanvl),
          Function.of("isundefined", call -> Bool.of(call.value(0).isUndefined())).since2016(),
          Function.of("get_or_default", 1, 2, ValueFunctions::getOrDefault).since2016(),
          Function.of("encode", 2, 2, ValueFunctions::encode).since2016(),
          Function.of("decode", 2, 2, ValueFunctions::decode).since2016(),
          Function.of("transform", 3, 3, ValueFunctions::transform).since2016());

  private ValueFunctions() {}

  private static boolean isNull(Value value) {
    return value instanceof Absent && !value.isUndefined();
  }

  private static Value nanvl(Arguments call) {
    Value value = call.value(0);
    return value instanceof Absent ? call.value(1) : value;
  }

  private static Value getOrDefault(Arguments call) {
    Value value;
    try {
      value = call.value(0);
    } catch (EvaluationException e) {
      value = Absent.UNDEFINED;
    }
    return value instanceof Absent ? call.value(1) : value;
  }

  /** Arrays when there is one among the arguments, else strings when there is one. */
  private static Value concat(Arguments call) {
    if (call.count() == 0) {
      return Absent.UNDEFINED;
    }
    List<Value> values = new ArrayList<>();
    for (int i = 0; i < call.count(); i++) {
      values.add(call.value(i));
    }
    if (values.size() == 1) {
      return values.getFirst();
    }
    if (values.stream().anyMatch(Arr.class::isInstance)) {
      return concatArrays(values);
    }
    return values.stream().anyMatch(Text.class::isInstance)
        ? concatTexts(values, call.version())
        : Absent.UNDEFINED;
  }

  private static Value concatArrays(List<Value> values) {
    List<Value> items = new ArrayList<>();
    for (Value value : values) {
      if (value instanceof Arr(List<Value> more)) {
        items.addAll(more);
      } else if (!value.isUndefined()) {
        items.add(value);
      }
      if (items.size() > Limits.OUTPUT_MAX) {
        throw new EvaluationException(
            "an array would have more than " + Limits.OUTPUT_MAX + " items");
      }
    }
    return new Arr(items);
  }

  private static Value concatTexts(List<Value> values, SqlVersion version) {
    StringBuilder text = new StringBuilder();
    for (Value value : values) {
      String part = Conversions.text(value, version);
      if (part == null) {
        return Absent.UNDEFINED;
      }
      Limits.checkText(text.append(part));
    }
    return new Text(text.toString());
  }

  /** An item by its index from 0, a character, or a member by its name. */
  private static Value get(Arguments call) {
    Value key = call.value(1);
    return switch (call.value(0)) {
      case Arr(List<Value> items) -> {
        int index = index(key, items.size());
        yield index < 0 ? Absent.UNDEFINED : items.get(index);
      }
      case Text(String text) -> {
        int index = index(key, text.length());
        yield index < 0 ? Absent.UNDEFINED : new Text(text.substring(index, index + 1));
      }
      case Obj object -> key instanceof Text(String name) ? object.member(name) : Absent.UNDEFINED;
      default -> Absent.UNDEFINED;
    };
  }

  /** The index, or -1 when it is none of this size. */
  private static int index(Value key, int size) {
    BigDecimal index = Conversions.integer(key);
    return index == null || index.signum() < 0 || index.compareTo(BigDecimal.valueOf(size)) >= 0
        ? -1
        : index.intValueExact();
  }

  private static boolean isBase64(Value encoding) {
    return encoding instanceof Text(String name) && name.equalsIgnoreCase("base64");
  }

  private static Value encode(Arguments call) {
    if (!isBase64(call.value(1))) {
      return Absent.UNDEFINED;
    }
    byte[] bytes = call.payload(0);
    if (bytes == null) {
      String text = call.text(0);
      if (text == null) {
        return Absent.UNDEFINED;
      }
      bytes = text.getBytes(StandardCharsets.UTF_8);
    }
    return new Text(Base64.getEncoder().encodeToString(bytes));
  }

  /** What the base64 says: a JSON value, else text; null when it says neither. */
  private static Value decode(Arguments call) {
    byte[] payload = call.payload(0);
    String base64 =
        payload == null ? call.text(0) : new String(payload, StandardCharsets.ISO_8859_1);
    if (base64 == null || !isBase64(call.value(1))) {
      return Absent.UNDEFINED;
    }
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      return Absent.NULL;
    }
    Value json = Document.read(bytes, Reads.ALL, call.version());
    if (json != null) {
      return json;
    }
    String text = utf8(bytes);
    return text == null ? Absent.NULL : new Text(text);
  }

  private static @Nullable String utf8(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  /** Adds the members of an object to each object of an array, which keeps its own. */
  private static Value transform(Arguments call) {
    if (!(call.value(0) instanceof Text(String mode))
        || !mode.equals("enrichArray")
        || !(call.value(1) instanceof Obj(Map<String, Value> extra))
        || !(call.value(2) instanceof Arr(List<Value> items))) {
      return Absent.UNDEFINED;
    }
    List<Value> enriched = new ArrayList<>(items.size());
    for (Value item : items) {
      if (item instanceof Obj(Map<String, Value> own)) {
        Map<String, Value> members = new LinkedHashMap<>(own);
        extra.forEach(members::putIfAbsent);
        enriched.add(new Obj(members));
      } else {
        enriched.add(item);
      }
    }
    Value result = new Arr(enriched);
    int bytes = JsonWriter.bytes(result, call.version()).length;
    if (bytes > Limits.TRANSFORM_BYTES_MAX) {
      throw new EvaluationException(
          "transform would give more than " + Limits.TRANSFORM_BYTES_MAX + " bytes");
    }
    return result;
  }
}
