package io.thingstead.model.policy;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The policy language in the plainest way: each question reads the JSON anew and matches by
 * recursion. Shares no code with the real one.
 */
final class NaiveEvaluator {
  private static final List<String> ESCAPES =
      List.of("${*}", "${?}", "${$}", "$(*)", "$(?)", "$($)");

  private final JsonNode document;
  private final Map<String, List<String>> facts;
  private final boolean variables;

  NaiveEvaluator(String json, Map<String, List<String>> facts) {
    this.document = JsonMapper.shared().readTree(json);
    this.facts = facts;
    this.variables = document.get("Version").asString().equals("2012-10-17");
  }

  /** For example {@code Allow 2}, or {@code none}. */
  String decide(String action, String resource) {
    for (String effect : List.of("Deny", "Allow")) {
      int number = 0;
      for (JsonNode statement : list(document.get("Statement"))) {
        number++;
        if (statement.get("Effect").asString().equals(effect)
            && applies(statement, action, resource)) {
          return effect + " " + number;
        }
      }
    }
    return "none";
  }

  private boolean applies(JsonNode statement, String action, String resource) {
    String lower = action.toLowerCase(Locale.ROOT);
    List<String> names =
        lower.startsWith("iotjobsdata:")
            ? List.of(lower, lower.replace("iotjobsdata:", "iot:"))
            : List.of(lower);
    boolean actions =
        list(either(statement, "Action")).stream()
            .anyMatch(
                pattern ->
                    names.stream()
                        .anyMatch(
                            name -> simple(pattern.asString().toLowerCase(Locale.ROOT), name)));
    boolean resources =
        list(either(statement, "Resource")).stream()
            .anyMatch(pattern -> like(pattern.asString(), resource));
    return actions != statement.has("NotAction")
        && resources != statement.has("NotResource")
        && conditions(statement);
  }

  private boolean conditions(JsonNode statement) {
    JsonNode block = statement.get("Condition");
    if (block == null) {
      return true;
    }
    for (Map.Entry<String, JsonNode> operator : block.properties()) {
      for (Map.Entry<String, JsonNode> key : operator.getValue().properties()) {
        if (!condition(operator.getKey(), values(key.getKey()), list(key.getValue()))) {
          return false;
        }
      }
    }
    return true;
  }

  private boolean condition(String operator, List<String> actual, List<JsonNode> expected) {
    if (operator.equals("Null")) {
      return expected.stream()
          .anyMatch(e -> Boolean.parseBoolean(e.asString()) == actual.isEmpty());
    }
    boolean all = operator.startsWith("ForAllValues:");
    boolean any = operator.startsWith("ForAnyValue:");
    boolean ifExists = operator.endsWith("IfExists");
    String name = operator.replaceFirst("^For.*:", "").replaceFirst("IfExists$", "");
    boolean negated = name.contains("Not");
    BiPredicate<String, String> test = test(name.replace("Not", ""));
    if (actual.isEmpty()) {
      return ifExists || all || (!any && negated);
    }
    List<Boolean> fits = new ArrayList<>();
    for (String value : actual) {
      fits.add(expected.stream().anyMatch(e -> test.test(e.asString(), value)));
    }
    if (all) {
      return negated ? !fits.contains(true) : !fits.contains(false);
    }
    if (any) {
      return fits.contains(!negated);
    }
    return fits.contains(true) != negated;
  }

  private BiPredicate<String, String> test(String name) {
    return switch (name) {
      case "StringEquals", "BinaryEquals" -> (e, v) -> text(e).map(v::equals).orElse(false);
      case "StringEqualsIgnoreCase" -> (e, v) -> text(e).map(v::equalsIgnoreCase).orElse(false);
      case "Bool" -> (e, v) -> text(e).map(v::equalsIgnoreCase).orElse(false);
      case "StringLike" -> (e, v) -> like(e, v);
      case "ArnLike", "ArnEquals" -> this::arn;
      case "IpAddress" -> NaiveEvaluator::inBlock;
      case "NumericEquals" -> (e, v) -> number(v).compareTo(number(e)) == 0;
      case "NumericLessThan" -> (e, v) -> number(v).compareTo(number(e)) < 0;
      case "NumericLessThanEquals" -> (e, v) -> number(v).compareTo(number(e)) <= 0;
      case "NumericGreaterThan" -> (e, v) -> number(v).compareTo(number(e)) > 0;
      case "NumericGreaterThanEquals" -> (e, v) -> number(v).compareTo(number(e)) >= 0;
      case "DateEquals" -> (e, v) -> Instant.parse(v).equals(Instant.parse(e));
      case "DateLessThan" -> (e, v) -> Instant.parse(v).isBefore(Instant.parse(e));
      case "DateLessThanEquals" -> (e, v) -> !Instant.parse(v).isAfter(Instant.parse(e));
      case "DateGreaterThan" -> (e, v) -> Instant.parse(v).isAfter(Instant.parse(e));
      case "DateGreaterThanEquals" -> (e, v) -> !Instant.parse(v).isBefore(Instant.parse(e));
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static BigDecimal number(String text) {
    return new BigDecimal(text);
  }

  /** IPv4 only: as the number that its four bytes make. */
  private static boolean inBlock(String block, String address) {
    String[] parts = block.split("/", -1);
    int bits = parts.length == 1 ? 32 : Integer.parseInt(parts[1]);
    return bits == 0 || ipv4(parts[0]) >>> (32 - bits) == ipv4(address) >>> (32 - bits);
  }

  private static long ipv4(String text) {
    long number = 0;
    for (String part : text.split("\\.", -1)) {
      number = number * 256 + Long.parseLong(part);
    }
    return number;
  }

  /** Only for ARNs with six parts and no variable before the resource. */
  private boolean arn(String pattern, String actual) {
    String[] p = pattern.split(":", 6);
    String[] a = actual.split(":", 6);
    if (a.length < 6) {
      return false;
    }
    for (int i = 0; i < 6; i++) {
      if (!like(p[i], a[i])) {
        return false;
      }
    }
    return true;
  }

  private boolean like(String pattern, String text) {
    Optional<List<String>> tokens = tokens(pattern, variables, true);
    return tokens.isPresent() && matches(tokens.get(), text);
  }

  private Optional<String> text(String pattern) {
    return tokens(pattern, variables, false).map(tokens -> String.join("", tokens));
  }

  private boolean simple(String pattern, String text) {
    return matches(tokens(pattern, false, true).orElseThrow(), text);
  }

  /** Each token is a text, or "ANY" or "ONE", which no text of the tests is. */
  private Optional<List<String>> tokens(String pattern, boolean variables, boolean wildcards) {
    List<String> tokens = new ArrayList<>();
    String rest = pattern;
    while (!rest.isEmpty()) {
      int length = 1;
      if (variables && ESCAPES.contains(rest.substring(0, Math.min(4, rest.length())))) {
        length = 4;
        tokens.add(rest.substring(2, 3));
      } else if (variables && rest.startsWith("${")) {
        length = rest.indexOf('}') + 1;
        List<String> values = values(rest.substring(2, length - 1));
        if (values.size() != 1) {
          return Optional.empty();
        }
        tokens.add(values.getFirst());
      } else if (wildcards && rest.startsWith("*")) {
        tokens.add("ANY");
      } else if (wildcards && rest.startsWith("?")) {
        tokens.add("ONE");
      } else {
        length = Character.charCount(rest.codePointAt(0));
        tokens.add(rest.substring(0, length));
      }
      rest = rest.substring(length);
    }
    return Optional.of(tokens);
  }

  private static boolean matches(List<String> tokens, String text) {
    if (tokens.isEmpty()) {
      return text.isEmpty();
    }
    List<String> rest = tokens.subList(1, tokens.size());
    int one = text.isEmpty() ? 0 : Character.charCount(text.codePointAt(0));
    return switch (tokens.getFirst()) {
      case "ANY" -> matches(rest, text) || one > 0 && matches(tokens, text.substring(one));
      case "ONE" -> one > 0 && matches(rest, text.substring(one));
      default ->
          text.startsWith(tokens.getFirst())
              && matches(rest, text.substring(tokens.getFirst().length()));
    };
  }

  private List<String> values(String key) {
    return facts.entrySet().stream()
        .filter(fact -> fact.getKey().equalsIgnoreCase(key))
        .findFirst()
        .map(Map.Entry::getValue)
        .orElse(List.of());
  }

  private static JsonNode either(JsonNode statement, String name) {
    JsonNode found = statement.get(name);
    return found != null ? found : statement.get("Not" + name);
  }

  private static List<JsonNode> list(JsonNode node) {
    return node.isArray() ? node.values().stream().toList() : List.of(node);
  }
}
