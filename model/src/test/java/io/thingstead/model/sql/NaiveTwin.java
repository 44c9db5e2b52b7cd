package io.thingstead.model.sql;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Makes a random expression and, at the same time and straight from the tables of the reference,
 * its value in version 2016-03-23: BigInteger, BigDecimal, Boolean, String, List, Map, {@link Null}
 * or null for Undefined.
 */
final class NaiveTwin {
  /** JSON null. */
  private enum Null {
    NULL;

    @Override
    public String toString() {
      return "null";
    }
  }

  record Sample(String sql, @Nullable Object value) {}

  private final Random random;
  private final Map<String, Object> payload;

  @SuppressWarnings("unchecked") // the payload is an object
  NaiveTwin(Random random, String payload) {
    this.random = random;
    this.payload = (Map<String, Object>) plain(JsonMapper.shared().readTree(payload));
  }

  private static Object plain(JsonNode node) {
    if (node.isObject()) {
      Map<String, Object> members = new LinkedHashMap<>();
      node.properties().forEach(member -> members.put(member.getKey(), plain(member.getValue())));
      return members;
    }
    if (node.isArray()) {
      List<Object> items = new ArrayList<>();
      node.forEach(item -> items.add(plain(item)));
      return items;
    }
    if (node.isIntegralNumber()) {
      return node.bigIntegerValue();
    }
    if (node.isNumber()) {
      return new BigDecimal(node.asString());
    }
    return node.isNull() ? Null.NULL : node.isBoolean() ? node.booleanValue() : node.stringValue();
  }

  Sample expression(int depth) {
    if (depth == 0 || random.nextInt(6) == 0) {
      return leaf();
    }
    return switch (random.nextInt(11)) {
      case 0, 1, 2 -> arithmetic(depth);
      case 3, 4 -> comparison(depth);
      case 5 -> logic(depth);
      case 6 -> not(depth);
      case 7 -> choice(depth);
      case 8 -> array(depth);
      case 9 -> object(depth);
      default -> cast(depth);
    };
  }

  private Sample leaf() {
    return switch (random.nextInt(10)) {
      case 0 -> {
        int number = random.nextInt(-5, 20);
        yield new Sample(String.valueOf(number), BigInteger.valueOf(number));
      }
      case 1 -> {
        BigDecimal number = BigDecimal.valueOf(random.nextInt(-50, 50) * 2 + 1, 1);
        yield new Sample(number.toPlainString(), number);
      }
      case 2 -> {
        String text = List.of("", "abc", "12", "-1.5", "true", "it''s").get(random.nextInt(6));
        yield new Sample("'" + text + "'", text.replace("''", "'"));
      }
      case 3 -> new Sample("tRue", true);
      case 4 -> new Sample("missing", null);
      case 5 -> new Sample("o.p.q", "deep");
      case 6 -> new Sample("null", Null.NULL);
      default -> {
        List<String> names = List.copyOf(payload.keySet());
        String name = names.get(random.nextInt(names.size()));
        yield new Sample(name, payload.get(name));
      }
    };
  }

  private Sample arithmetic(int depth) {
    Sample a = expression(depth - 1);
    Sample b = expression(depth - 1);
    String operator = List.of("+", "-", "*", "/", "%").get(random.nextInt(5));
    String sql = "(" + a.sql() + ") " + operator + " (" + b.sql() + ")";
    if (operator.equals("+") && (a.value() instanceof String || b.value() instanceof String)) {
      String left = text(a.value());
      String right = text(b.value());
      return new Sample(sql, left == null || right == null ? null : left + right);
    }
    if (a.value() instanceof BigInteger x && b.value() instanceof BigInteger y) {
      boolean none = "/%".contains(operator) && y.signum() == 0;
      return new Sample(sql, none ? null : whole(operator, x, y));
    }
    BigDecimal x = number(a.value());
    BigDecimal y = number(b.value());
    if (x == null || y == null || ("/%".contains(operator) && y.signum() == 0)) {
      return new Sample(sql, null);
    }
    return new Sample(sql, decimal(operator, x, y));
  }

  private static Object whole(String operator, BigInteger x, BigInteger y) {
    BigInteger result =
        switch (operator) {
          case "+" -> x.add(y);
          case "-" -> x.subtract(y);
          case "*" -> x.multiply(y);
          case "/" -> x.divide(y);
          default -> x.remainder(y);
        };
    return result;
  }

  private static Object decimal(String operator, BigDecimal x, BigDecimal y) {
    MathContext context = MathContext.DECIMAL128;
    return switch (operator) {
      case "+" -> x.add(y, context);
      case "-" -> x.subtract(y, context);
      case "*" -> x.multiply(y, context);
      case "/" -> x.divide(y, context);
      default -> x.remainder(y).round(context);
    };
  }

  private Sample comparison(int depth) {
    Sample a = expression(depth - 1);
    Sample b = expression(depth - 1);
    String operator = List.of("<", "<=", ">", ">=", "=", "<>", "!=").get(random.nextInt(7));
    String sql = "(" + a.sql() + ") " + operator + " (" + b.sql() + ")";
    Object value;
    if (List.of("=", "<>", "!=").contains(operator)) {
      boolean known = a.value() != null && b.value() != null;
      value = known ? operator.equals("=") == same(a.value(), b.value()) : null;
    } else {
      BigDecimal x = number(a.value());
      BigDecimal y = number(b.value());
      value = x == null || y == null ? null : ordered(operator, x.compareTo(y));
    }
    return new Sample(sql, value);
  }

  private static Object ordered(String operator, int order) {
    return switch (operator) {
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      default -> order >= 0;
    };
  }

  private static boolean same(@Nullable Object a, @Nullable Object b) {
    if (a instanceof List<?> x && b instanceof List<?> y) {
      boolean same = x.size() == y.size();
      for (int i = 0; same && i < x.size(); i++) {
        same = same(x.get(i), y.get(i));
      }
      return same;
    }
    if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
      return x.keySet().equals(y.keySet())
          && x.keySet().stream().allMatch(key -> same(x.get(key), y.get(key)));
    }
    if (a instanceof Number && b instanceof Number) {
      return new BigDecimal(a.toString()).compareTo(new BigDecimal(b.toString())) == 0;
    }
    return a != null && a.equals(b);
  }

  private Sample logic(int depth) {
    Sample a = expression(depth - 1);
    Sample b = expression(depth - 1);
    boolean and = random.nextBoolean();
    Boolean x = truth(a.value());
    Boolean y = truth(b.value());
    Object value = x == null || y == null ? null : and ? x && y : x || y;
    return new Sample("(" + a.sql() + (and ? ") and (" : ") OR (") + b.sql() + ")", value);
  }

  private Sample not(int depth) {
    Sample a = expression(depth - 1);
    if (random.nextBoolean()) {
      Boolean truth = truth(a.value());
      return new Sample("NOT (" + a.sql() + ")", truth == null ? null : !truth);
    }
    Object value =
        a.value() instanceof BigInteger whole ? whole.negate() : negated(number(a.value()));
    return new Sample("- (" + a.sql() + ")", value);
  }

  private static @Nullable Object negated(@Nullable BigDecimal number) {
    return number == null ? null : number.negate();
  }

  private Sample choice(int depth) {
    Sample subject = expression(depth - 1);
    StringBuilder sql = new StringBuilder("CASE (" + subject.sql() + ")");
    Object value = null;
    boolean found = subject.value() == null;
    for (int i = random.nextInt(2); i >= 0; i--) {
      Sample match = random.nextInt(3) == 0 ? subject : expression(depth - 1);
      Sample result = expression(depth - 1);
      sql.append(" WHEN (").append(match.sql()).append(") THEN (").append(result.sql() + ")");
      if (!found && match.value() != null && same(subject.value(), match.value())) {
        found = true;
        value = result.value();
      }
    }
    if (random.nextBoolean()) {
      Sample otherwise = expression(depth - 1);
      sql.append(" ELSE ").append(otherwise.sql());
      value = found ? value : otherwise.value();
    }
    return new Sample(sql + " END", value);
  }

  private Sample array(int depth) {
    List<Object> items = new ArrayList<>();
    StringJoiner sql = new StringJoiner(", ", "[", "]");
    for (int i = random.nextInt(3); i > 0; i--) {
      Sample item = expression(depth - 1);
      sql.add(item.sql());
      if (item.value() != null) {
        items.add(item.value());
      }
    }
    return new Sample(sql.toString(), items);
  }

  private Sample object(int depth) {
    Map<String, Object> members = new LinkedHashMap<>();
    StringJoiner sql = new StringJoiner(", ", "{", "}");
    for (String name : List.of("k", "a b").subList(0, random.nextInt(3))) {
      Sample member = expression(depth - 1);
      sql.add("\"" + name + "\": " + member.sql());
      if (member.value() != null) {
        members.put(name, member.value());
      }
    }
    return new Sample(sql.toString(), members);
  }

  private Sample cast(int depth) {
    Sample a = expression(depth - 1);
    Object from = a.value();
    return switch (random.nextInt(3)) {
      case 0 -> new Sample("CAST(" + a.sql() + " AS varchar)", text(from));
      case 1 -> {
        BigDecimal number =
            from instanceof Boolean truth ? BigDecimal.valueOf(truth ? 1 : 0) : number(from);
        Object whole = number == null ? null : floor(number);
        yield new Sample("cast(" + a.sql() + " AS Int)", whole);
      }
      default ->
          new Sample(
              "CAST(" + a.sql() + " AS Boolean)",
              from instanceof Number number ? isNotZero(number) : truth(from));
    };
  }

  private static Boolean isNotZero(Number number) {
    return new BigDecimal(number.toString()).signum() != 0;
  }

  private static BigInteger floor(BigDecimal number) {
    return number.setScale(0, RoundingMode.FLOOR).toBigInteger();
  }

  private static @Nullable Boolean truth(@Nullable Object value) {
    if (value instanceof Boolean truth) {
      return truth;
    }
    if (value instanceof String text && text.toLowerCase(Locale.ROOT).matches("true|false")) {
      return Boolean.valueOf(text);
    }
    return null;
  }

  private static @Nullable BigDecimal number(@Nullable Object value) {
    if (value instanceof Number number) {
      return new BigDecimal(number.toString());
    }
    return value instanceof String text && text.matches("-?\\d+(\\.\\d+)?((?i)E-?\\d+)?")
        ? new BigDecimal(text)
        : null;
  }

  private static @Nullable String text(@Nullable Object value) {
    if (value == null || value instanceof Null) {
      return null;
    }
    return value instanceof String text ? text : json(value);
  }

  /** Empty for Undefined. */
  static String json(@Nullable Object value) {
    return switch (value) {
      case null -> "";
      case BigDecimal number ->
          number.stripTrailingZeros().scale() <= 0
              ? number.toBigIntegerExact().toString()
              : number.toPlainString();
      case String text -> JsonMapper.shared().writeValueAsString(text);
      case List<?> items -> {
        StringJoiner all = new StringJoiner(",", "[", "]");
        items.forEach(item -> all.add(json(item)));
        yield all.toString();
      }
      case Map<?, ?> members -> {
        StringJoiner all = new StringJoiner(",", "{", "}");
        members.forEach((name, member) -> all.add(json(name) + ":" + json(member)));
        yield all.toString();
      }
      default -> value.toString();
    };
  }
}
