package io.thingstead.api;

import io.thingstead.api.Shape.TimestampFormat;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.regex.Pattern;

/** Values that travel as text in a header, label or query parameter. */
final class Scalars {
  private static final Pattern INTEGRAL = Pattern.compile("-?\\d{1,1000}");
  private static final Pattern DECIMAL =
      Pattern.compile("-?\\d{1,400}(\\.\\d{1,400})?([eE][+-]?\\d{1,4})?");

  private Scalars() {}

  /**
   * Reads a value.
   *
   * @param where for messages
   * @param format of a timestamp that says nothing else
   * @param header whether text of a media type is base64 here
   */
  static Object read(
      Shape shape, String text, String where, TimestampFormat format, boolean header) {
    return switch (shape) {
      case Shape.Text media when header && media.mediaType() != null ->
          new String(base64(text, where), StandardCharsets.UTF_8);
      case Shape.Text _ -> text;
      case Shape.Numeric number -> number(number, text, where);
      case Shape.Bool _ ->
          switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw Refusal.wrongKind(where, "true or false");
          };
      case Shape.Blob _ -> base64(text, where);
      case Shape.Timestamp timestamp -> timestamp(timestamp, text, where, format);
      case Shape.Structure _, Shape.ListOf _, Shape.MapOf _, Shape.Document _ ->
          throw new IllegalArgumentException(where + " cannot be a " + shape.name());
    };
  }

  static Instant timestamp(
      Shape.Timestamp shape, String text, String where, TimestampFormat otherwise) {
    TimestampFormat format = shape.format() == null ? otherwise : shape.format();
    Instant instant = Timestamps.read(format, text);
    if (instant == null) {
      throw Refusal.wrongKind(
          where,
          switch (format) {
            case EPOCH_SECONDS -> "a time in seconds since 1970";
            case DATE_TIME -> "a time such as 2026-01-31T12:00:00Z";
            case HTTP_DATE -> "a time such as Sat, 31 Jan 2026 12:00:00 GMT";
          });
    }
    return instant;
  }

  static byte[] base64(String text, String where) {
    if (text.length() % 4 != 0) { // the JDK would take it without its padding
      throw Refusal.wrongKind(where, "base64");
    }
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException _) {
      throw Refusal.wrongKind(where, "base64");
    }
  }

  private static Object number(Shape.Numeric shape, String text, String where) {
    boolean floating =
        switch (shape.kind()) {
          case FLOAT, DOUBLE, BIG_DECIMAL -> true;
          case BYTE, SHORT, INTEGER, LONG, BIG_INTEGER -> false;
        };
    if (floating && (text.equals("NaN") || text.equals("Infinity") || text.equals("-Infinity"))) {
      return special(shape, text, where);
    }
    if (!(floating ? DECIMAL : INTEGRAL).matcher(text).matches()) {
      throw Refusal.wrongKind(where, floating ? "a number" : "a whole number");
    }
    return number(shape, new BigDecimal(text), where);
  }

  static Object special(Shape.Numeric shape, String text, String where) {
    return switch (shape.kind()) {
      case FLOAT -> Float.valueOf(text);
      case DOUBLE -> Double.valueOf(text);
      case BYTE, SHORT, INTEGER, LONG, BIG_INTEGER, BIG_DECIMAL ->
          throw Refusal.wrongKind(where, "a number");
    };
  }

  /** Fits a number into its kind, or refuses it. */
  static Object number(Shape.Numeric shape, BigDecimal value, String where) {
    try {
      return switch (shape.kind()) {
        case BYTE -> value.byteValueExact();
        case SHORT -> value.shortValueExact();
        case INTEGER -> value.intValueExact();
        case LONG -> value.longValueExact();
        case FLOAT -> value.floatValue();
        case DOUBLE -> value.doubleValue();
        case BIG_INTEGER -> bigInteger(value);
        case BIG_DECIMAL -> value;
      };
    } catch (ArithmeticException _) {
      throw Refusal.wrongKind(
          where, "a number of the kind " + shape.kind().name().toLowerCase(java.util.Locale.ROOT));
    }
  }

  // An exponent of thousands would fill the memory.
  private static BigInteger bigInteger(BigDecimal value) {
    if (value.scale() < -1000) {
      throw new ArithmeticException();
    }
    return value.toBigIntegerExact();
  }

  /** Writes a value; the counterpart of {@link #read}. */
  static String write(Shape shape, Object value, TimestampFormat format, boolean header) {
    return switch (shape) {
      case Shape.Text media when header && media.mediaType() != null ->
          Base64.getEncoder().encodeToString(((String) value).getBytes(StandardCharsets.UTF_8));
      case Shape.Blob _ -> Base64.getEncoder().encodeToString((byte[]) value);
      case Shape.Timestamp timestamp ->
          Timestamps.write(
              timestamp.format() == null ? format : timestamp.format(), (Instant) value);
      case Shape.Text _, Shape.Numeric _, Shape.Bool _ -> value.toString();
      case Shape.Structure _, Shape.ListOf _, Shape.MapOf _, Shape.Document _ ->
          throw new IllegalArgumentException("a " + shape.name() + " is no text");
    };
  }
}
