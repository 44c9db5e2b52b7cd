package io.thingstead.api;

import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a value of a service model may be, free of the model's own format. Values that fit: a
 * structure is a {@link Struct}, a list a {@code List}, a map a {@code Map<String, ?>}, a string or
 * enum a {@code String}, a blob a {@code byte[]}, a number its boxed kind, a timestamp an {@code
 * Instant}, a document a {@code tools.jackson.databind.JsonNode}.
 */
public sealed interface Shape {
  /** The shape's name in its model. */
  String name();

  /**
   * @param members in the model's order
   * @param union exactly one member is set
   * @param fault what it means on the wire when it is an error, else null
   */
  record Structure(String name, List<Member> members, boolean union, @Nullable Fault fault)
      implements Shape {
    /** The member of this name, or null. */
    public @Nullable Member member(String memberName) {
      for (Member member : members) {
        if (member.name().equals(memberName)) {
          return member;
        }
      }
      return null;
    }
  }

  /**
   * @param sparse null elements are kept
   * @param unique equal elements are refused
   * @param form its names in a form or XML
   */
  record ListOf(
      String name, Target element, boolean sparse, boolean unique, Range size, ListForm form)
      implements Shape {}

  /**
   * @param flat each element has the list's own name, rather than lying in it
   * @param element its name otherwise
   */
  record ListForm(boolean flat, String element) {
    public static final ListForm PLAIN = new ListForm(false, "member");
  }

  /**
   * @param sparse null values are kept
   * @param form its names in a form or XML
   */
  record MapOf(String name, Target key, Target value, boolean sparse, Range size, MapForm form)
      implements Shape {}

  /**
   * @param flat each entry has the map's own name, rather than lying in it as {@code entry}
   * @param key the name of an entry's key
   * @param value the name of its value
   */
  record MapForm(boolean flat, String key, String value) {
    public static final MapForm PLAIN = new MapForm(false, "key", "value");
  }

  /**
   * @param length in Unicode code points
   * @param pattern null when anything goes
   * @param values the only ones allowed, or empty when it is not an enum
   * @param hiddenValues values of the enum that are accepted and not told
   * @param mediaType of text that has one of its own, which travels in a header as base64; or null
   * @param sensitive never told in a message
   */
  record Text(
      String name,
      Range length,
      @Nullable TextPattern pattern,
      List<String> values,
      List<String> hiddenValues,
      @Nullable String mediaType,
      boolean sensitive)
      implements Shape {}

  /**
   * @param length in bytes
   * @param mediaType null when it may be anything
   */
  record Blob(String name, Range length, @Nullable String mediaType) implements Shape {}

  /**
   * @param values the only ones allowed, or empty
   */
  record Numeric(String name, NumberKind kind, Range range, List<Integer> values)
      implements Shape {}

  /** True or false. */
  record Bool(String name) implements Shape {}

  /**
   * @param format null for the default of the place where it is found
   */
  record Timestamp(String name, @Nullable TimestampFormat format) implements Shape {}

  /** Any JSON value. */
  record Document(String name) implements Shape {}

  /** How numbers are held. */
  enum NumberKind {
    BYTE,
    SHORT,
    INTEGER,
    LONG,
    FLOAT,
    DOUBLE,
    BIG_INTEGER,
    BIG_DECIMAL
  }

  /** How an instant is written. */
  enum TimestampFormat {
    EPOCH_SECONDS,
    DATE_TIME,
    HTTP_DATE
  }

  /**
   * An error on the wire.
   *
   * @param wireName what clients know it by
   * @param status HTTP status code
   */
  record Fault(String wireName, int status) {}

  /**
   * Inclusive bounds; null is unbounded.
   *
   * @param min not below
   * @param max not above
   */
  record Range(@Nullable BigDecimal min, @Nullable BigDecimal max) {
    public static final Range ANY = new Range(null, null);

    boolean holds(BigDecimal value) {
      return (min == null || value.compareTo(min) >= 0)
          && (max == null || value.compareTo(max) <= 0);
    }
  }
}
