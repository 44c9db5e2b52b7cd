package io.thingstead.model.sql;

import io.thingstead.model.sql.Value.Absent;
import io.thingstead.model.sql.Value.Bool;
import io.thingstead.model.sql.Value.Int;
import io.thingstead.model.sql.Value.Text;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Functions of strings; what is no string is converted to one first. */
final class TextFunctions {
  /** Most blanks that lpad and rpad add. */
  private static final int PADDING_MAX = 1000;

  static final List<Function> ALL =
      List.of(
          text("lower", text -> text.toLowerCase(Locale.ROOT)),
          text("upper", text -> text.toUpperCase(Locale.ROOT)),
          text("ltrim", text -> text.substring(firstInk(text))),
          text("rtrim", text -> text.substring(0, afterInk(text))),
          text("trim", text -> text.substring(firstInk(text), afterInk(text))),
          hash("md2", "MD2"),
          hash("md5", "MD5"),
          hash("sha1", "SHA-1"),
          hash("sha224", "SHA-224"),
          hash("sha256", "SHA-256"),
          hash("sha384", "SHA-384"),
          hash("sha512", "SHA-512"),
          test("startswith", String::startsWith),
          test("endswith", String::endsWith),
          padding("lpad", (text, blanks) -> blanks + text),
          padding("rpad", (text, blanks) -> text + blanks),
          Function.of("chr", TextFunctions::chr),
          Function.of("replace", 3, 3, TextFunctions::replace),
          Function.of("substring", 2, 3, TextFunctions::substring),
          Function.of("newuuid", 0, 0, TextFunctions::newUuid),
          Function.of("indexof", 2, 2, TextFunctions::indexOf).since2016(),
          Function.of("length", call -> size(call.text(0))).since2016(),
          Function.of("numbytes", TextFunctions::numBytes).since2016());

  private TextFunctions() {}

  private static Function text(String name, UnaryOperator<String> operator) {
    return Function.of(
        name,
        call -> {
          String text = call.text(0);
          return text == null ? Absent.UNDEFINED : new Text(operator.apply(text));
        });
  }

  private static Function hash(String name, String algorithm) {
    return text(
        name,
        text -> {
          try {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
          } catch (NoSuchAlgorithmException e) {
            throw new EvaluationException("this JDK has no " + algorithm);
          }
        });
  }

  private static Function test(String name, BiPredicate<String, String> predicate) {
    return Function.of(
        name,
        2,
        2,
        call -> {
          String text = call.text(0);
          String part = call.text(1);
          return text == null || part == null
              ? Absent.UNDEFINED
              : Bool.of(predicate.test(text, part));
        });
  }

  /** Adds so many blanks, whatever the width of the text. */
  private static Function padding(String name, BiFunction<String, String, String> join) {
    return Function.of(
        name,
        2,
        2,
        call -> {
          String text = call.text(0);
          BigDecimal count = call.floor(1);
          return text == null || count == null
              ? Absent.UNDEFINED
              : new Text(join.apply(text, " ".repeat(clamp(count, PADDING_MAX))));
        });
  }

  private static int clamp(BigDecimal number, int max) {
    return number.max(BigDecimal.ZERO).min(BigDecimal.valueOf(max)).intValueExact();
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  private static int firstInk(String text) {
    int at = 0;
    while (at < text.length() && isBlank(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private static int afterInk(String text) {
    int at = text.length();
    int first = firstInk(text);
    while (at > first && isBlank(text.charAt(at - 1))) {
      at--;
    }
    return at;
  }

  private static Value chr(Arguments call) {
    BigDecimal code = call.floor(0);
    return code == null || code.signum() < 0 || code.compareTo(BigDecimal.valueOf(127)) > 0
        ? Absent.UNDEFINED
        : new Text(String.valueOf((char) code.intValueExact()));
  }

  private static Value replace(Arguments call) {
    String text = call.text(0);
    String old = call.text(1);
    String fresh = call.text(2);
    if (text == null || old == null || fresh == null) {
      return Absent.UNDEFINED;
    }
    if (old.isEmpty()) {
      return new Text(text);
    }
    StringBuilder out = new StringBuilder();
    int from = 0;
    for (int at = text.indexOf(old); at >= 0; at = text.indexOf(old, from)) {
      out.append(text, from, at).append(fresh);
      Limits.checkText(out);
      from = at + old.length();
    }
    return new Text(Limits.checkText(out.append(text, from, text.length())).toString());
  }

  private static Value substring(Arguments call) {
    String text = call.text(0);
    BigDecimal from = call.floor(1);
    if (text == null || from == null) {
      return Absent.UNDEFINED;
    }
    BigDecimal to = call.count() == 3 ? call.floor(2) : BigDecimal.valueOf(text.length());
    if (to == null) {
      return Absent.UNDEFINED;
    }
    int start = clamp(from, text.length());
    int end = clamp(to, text.length());
    return new Text(start < end ? text.substring(start, end) : "");
  }

  private static Value indexOf(Arguments call) {
    String text = call.text(0);
    String part = call.text(1);
    return text == null || part == null ? Absent.UNDEFINED : Int.of(text.indexOf(part));
  }

  private static Value size(@Nullable String text) {
    return text == null ? Absent.UNDEFINED : Int.of(text.length());
  }

  private static Value numBytes(Arguments call) {
    String text = call.text(0);
    return text == null ? Absent.UNDEFINED : Int.of(text.getBytes(StandardCharsets.UTF_8).length);
  }

  /** A random UUID of version 4 (RFC 9562, section 5.4). */
  private static Value newUuid(Arguments call) {
    long high = call.input().random().nextLong() & ~0xF000L | 0x4000L;
    long low = call.input().random().nextLong() & (-1L >>> 2) | Long.MIN_VALUE;
    return new Text(new UUID(high, low).toString());
  }
}
