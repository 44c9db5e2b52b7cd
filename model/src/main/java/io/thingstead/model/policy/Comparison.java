package io.thingstead.model.policy;

import java.math.BigDecimal;
import java.net.InetAddress;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Reads and compares the values of conditions that are more than texts. */
final class Comparison {
  private static final int NUMBER_CHARS = 100;

  private Comparison() {}

  /** Whether an actual value stands to a document's as the operator asks, negation left out. */
  static boolean holds(Operator operator, String actual, String expected) {
    return switch (operator.kind()) {
      case TEXT, LIKE, ARN -> actual.equals(expected);
      case TEXT_IGNORE_CASE -> actual.equalsIgnoreCase(expected);
      case NUMBER -> ordered(operator, number(actual), number(expected));
      case DATE -> ordered(operator, date(actual), date(expected));
      case BOOL, NULL -> isBool(actual) && actual.equalsIgnoreCase(expected);
      case BINARY -> isBase64(actual) && actual.equals(expected);
      case ADDRESS -> contains(expected, actual);
    };
  }

  /** What is wrong with a document's value for an operator, or null when it can be read. */
  static @Nullable String fault(Operator operator, String value) {
    return switch (operator.kind()) {
      case TEXT, TEXT_IGNORE_CASE, LIKE, ARN -> null;
      case NUMBER -> number(value) != null ? null : "is no number";
      case DATE -> date(value) != null ? null : "is no date such as 2026-01-31T12:00:00Z";
      case BOOL, NULL -> isBool(value) ? null : "is neither true nor false";
      case BINARY -> isBase64(value) ? null : "is not base64";
      case ADDRESS -> isBlock(value) ? null : "is no address or block such as 10.0.0.0/8";
    };
  }

  private static <T extends Comparable<T>> boolean ordered(
      Operator operator, @Nullable T actual, @Nullable T expected) {
    return actual != null
        && expected != null
        && operator.relation().holds(actual.compareTo(expected));
  }

  private static @Nullable BigDecimal number(String text) {
    try {
      return text.length() > NUMBER_CHARS ? null : new BigDecimal(text);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** ISO 8601 with or without time, or seconds since 1970. */
  private static @Nullable Instant date(String text) {
    try {
      if (!text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
        return Instant.ofEpochSecond(Long.parseLong(text));
      }
      return text.indexOf('T') < 0
          ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
          : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException | NumberFormatException e) {
      return null;
    }
  }

  private static boolean isBool(String text) {
    return text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false");
  }

  private static boolean isBase64(String text) {
    try {
      Base64.getDecoder().decode(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean isBlock(String text) {
    byte[] address = address(network(text));
    return address != null && prefixBits(text, address.length * 8) >= 0;
  }

  private static boolean contains(String block, String text) {
    byte[] network = address(network(block));
    byte[] address = address(text);
    if (network == null || address == null || network.length != address.length) {
      return false;
    }
    int bits = prefixBits(block, network.length * 8);
    if (bits < 0) {
      return false;
    }
    for (int bit = 0; bit < bits; bit++) {
      int mask = 0x80 >>> (bit % 8);
      if (((network[bit / 8] ^ address[bit / 8]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }

  private static String network(String block) {
    int slash = block.indexOf('/');
    return slash < 0 ? block : block.substring(0, slash);
  }

  /** The bits behind the slash, all of them without one, or -1 for nonsense. */
  private static int prefixBits(String block, int all) {
    int slash = block.indexOf('/');
    if (slash < 0) {
      return all;
    }
    String bits = block.substring(slash + 1);
    if (bits.isEmpty() || bits.length() > 3 || !bits.chars().allMatch(Character::isDigit)) {
      return -1;
    }
    int number = Integer.parseInt(bits);
    return number <= all ? number : -1;
  }

  private static byte @Nullable [] address(String text) {
    // A scope would be looked up among the machine's interfaces.
    if (text.indexOf('%') >= 0) {
      return null;
    }
    try {
      return InetAddress.ofLiteral(text).getAddress();
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
