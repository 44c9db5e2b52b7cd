package io.thingstead.model.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** The compiled evaluator against the naive one, on documents made from a seed. */
class PolicyFuzzTest {
  private static final int ROUNDS = 10_000;
  private static final int LONG_ROUNDS = 1_000_000;
  private static final int REQUESTS = 10;

  private final Random random = new Random(Long.getLong("thingstead.seed", 20261124));

  /** One to three policies and a caller in each round; ten times as many requests as rounds. */
  @Test
  void compiledAndNaiveEvaluatorAgree() {
    int rounds = Boolean.getBoolean("thingstead.long") ? LONG_ROUNDS : ROUNDS;
    Map<String, Integer> outcomes = new HashMap<>();
    for (int i = 0; i < rounds; i++) {
      Map<String, String> documents = new LinkedHashMap<>();
      for (int j = random.nextInt(3); j >= 0; j--) {
        documents.put("p" + j, document());
      }
      agree(documents, facts(), outcomes);
    }
    // All three outcomes must be common, or the agreement says little.
    assertThat(outcomes.keySet()).containsExactlyInAnyOrder("Allow", "Deny", "none");
    assertThat(outcomes.values()).allMatch(count -> count > rounds * REQUESTS / 20);
  }

  private void agree(
      Map<String, String> documents,
      Map<String, List<String>> facts,
      Map<String, Integer> outcomes) {
    List<NamedPolicy> policies = new ArrayList<>();
    Map<String, NaiveEvaluator> naive = new LinkedHashMap<>();
    documents.forEach(
        (name, json) -> {
          policies.add(new NamedPolicy(name, "1", PolicyDocument.parse(json)));
          naive.put(name, new NaiveEvaluator(json, facts));
        });
    BoundPolicies bound = PolicySet.of(policies).bind(name -> find(facts, name));
    for (int i = 0; i < REQUESTS; i++) {
      String action = pick("iot:Publish", "iot:Subscribe", "iot:Connect", "iotjobsdata:Get");
      String resource = "arn:aws:iot:r:1:" + text();
      Map<String, String> each = new LinkedHashMap<>();
      naive.forEach((name, one) -> each.put(name, one.decide(action, resource)));
      String expected = together(each);
      Map<String, Effect> effects = bound.effects(action, resource);
      boolean same =
          shown(bound.decide(action, resource)).equals(expected)
              && each.entrySet().stream()
                  .allMatch(one -> shown(effects.get(one.getKey())).equals(first(one.getValue())));
      if (!same) {
        assertThat(shown(bound.decide(action, resource)) + " by " + effects)
            .as("%s on %s with %s of %s", action, resource, facts, documents)
            .isEqualTo(expected + " by " + each);
      }
      outcomes.merge(first(expected), 1, Integer::sum);
    }
  }

  /** A Deny of any policy before an Allow of any; the first policy that has one is named. */
  private static String together(Map<String, String> each) {
    for (String effect : List.of("Deny", "Allow")) {
      for (Map.Entry<String, String> one : each.entrySet()) {
        if (first(one.getValue()).equals(effect)) {
          return one.getValue() + " of " + one.getKey();
        }
      }
    }
    return "none";
  }

  private static String first(String words) {
    int space = words.indexOf(' ');
    return space < 0 ? words : words.substring(0, space);
  }

  private static String shown(@Nullable Effect effect) {
    return switch (effect) {
      case null -> "none";
      case ALLOW -> "Allow";
      case DENY -> "Deny";
    };
  }

  private static String shown(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Allowed(Citation by, _) -> "Allow " + by.statement() + " of " + by.policy();
      case Verdict.Denied(Citation by, _) -> "Deny " + by.statement() + " of " + by.policy();
      case Verdict.Unmentioned _ -> "none";
    };
  }

  private static List<String> find(Map<String, List<String>> facts, String name) {
    return facts.entrySet().stream()
        .filter(fact -> Values.canonical(fact.getKey()).equals(name))
        .findFirst()
        .map(Map.Entry::getValue)
        .orElse(List.of());
  }

  private Map<String, List<String>> facts() {
    Map<String, List<String>> facts = new HashMap<>();
    maybe(facts, "iot:ClientId", text());
    maybe(
        facts, "iot:Connection.Thing.ThingName", pick("a", "b", "c*", "?", "$", "a:b", "", "ä🙂"));
    maybe(facts, "iot:Connection.Thing.Attributes[site]", text());
    maybe(facts, "t:Number", pick("1", "5", "5.0", "1e1", "-3"));
    maybe(facts, "t:Date", pick("2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z"));
    maybe(facts, "t:Bool", pick("true", "false", "TRUE"));
    maybe(facts, "aws:SourceIp", pick("10.0.0.1", "10.1.0.1", "192.168.1.1"));
    maybe(facts, "t:Arn", pick("arn:aws:iot:r:1:topic/a", "arn:aws:iot:r:1:topic/a:b", "arn:a"));
    maybe(facts, "t:Binary", pick("YQ==", "Yg=="));
    switch (random.nextInt(4)) {
      case 0 -> facts.put("iot:ConnectAttributes", List.of("a"));
      case 1 -> facts.put("iot:ConnectAttributes", List.of("a", "b"));
      case 2 -> facts.put("iot:ConnectAttributes", List.of());
      default -> {}
    }
    return facts;
  }

  private void maybe(Map<String, List<String>> facts, String key, String value) {
    if (random.nextInt(4) > 0) {
      facts.put(key, List.of(value));
    }
  }

  private String document() {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("Version", random.nextInt(6) == 0 ? "2008-10-17" : "2012-10-17");
    List<Object> statements = new ArrayList<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      statements.add(statement());
    }
    document.put("Statement", statements.size() == 1 ? statements.getFirst() : statements);
    return JsonMapper.shared().writeValueAsString(document);
  }

  private Map<String, Object> statement() {
    Map<String, Object> statement = new LinkedHashMap<>();
    statement.put("Effect", random.nextInt(3) == 0 ? "Deny" : "Allow");
    statement.put(random.nextInt(8) == 0 ? "NotAction" : "Action", oneOrMore(this::action));
    statement.put(random.nextInt(6) == 0 ? "NotResource" : "Resource", oneOrMore(this::resource));
    if (random.nextInt(3) == 0) {
      Map<String, Object> block = new LinkedHashMap<>();
      for (int i = random.nextInt(2); i >= 0; i--) {
        condition(block);
      }
      statement.put("Condition", block);
    }
    return statement;
  }

  private String action() {
    return pick(
        "iot:Publish",
        "iot:*",
        "iot:Pub*",
        "*",
        "IOT:subscribe",
        "iot:?ubscribe",
        "iot:Get",
        "x:*");
  }

  private String resource() {
    if (random.nextInt(8) == 0) {
      return "*";
    }
    String head = pick("arn:aws:iot:r:1:", "arn:aws:iot:r:1:", "arn:aws:iot:*:*:", "arn:*:");
    return head + pattern();
  }

  private String pattern() {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(4); i >= 0; i--) {
      text.append(
          pick(
              "a",
              "b",
              "/",
              "a/",
              "*",
              "?",
              "/*",
              "${*}",
              "${?}",
              "${$}",
              "$(*)",
              "$",
              "ä",
              "🙂",
              "${iot:ClientId}",
              "${iot:Connection.Thing.ThingName}",
              "${IOT:clientid}",
              "${iot:Connection.Thing.Attributes[site]}",
              "${iot:ConnectAttributes}",
              "${none}"));
    }
    return text.toString();
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(4); i >= 0; i--) {
      text.append(pick("a", "b", "/", "a/", "*", "?", "$", "+", "ä", "🙂"));
    }
    return text.toString();
  }

  private void condition(Map<String, Object> block) {
    String not = random.nextBoolean() ? "Not" : "";
    String relation =
        pick(
            "Equals",
            "NotEquals",
            "LessThan",
            "LessThanEquals",
            "GreaterThan",
            "GreaterThanEquals");
    String operator;
    String key;
    Object values;
    switch (random.nextInt(9)) {
      case 0 -> {
        operator = "String" + not + pick("Equals", "EqualsIgnoreCase", "Like");
        key = pick("iot:ClientId", "iot:clientid", "iot:ConnectAttributes", "none");
        values = anyNumber(this::pattern);
      }
      case 1 -> {
        operator = "Numeric" + relation;
        key = "t:Number";
        values = anyNumber(() -> pick("1", "5", "5.00", "-3", "10"));
      }
      case 2 -> {
        operator = "Date" + relation;
        key = "t:Date";
        values = anyNumber(() -> pick("2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z"));
      }
      case 3 -> {
        operator = "Bool";
        key = "t:Bool";
        values = anyNumber(() -> pick("true", "false"));
      }
      case 4 -> {
        operator = not.isEmpty() ? "IpAddress" : "NotIpAddress";
        key = "aws:SourceIp";
        values = anyNumber(() -> pick("10.0.0.0/8", "10.0.0.0/16", "192.168.1.1", "0.0.0.0/0"));
      }
      case 5 -> {
        operator = "Arn" + not + pick("Equals", "Like");
        key = "t:Arn";
        values =
            anyNumber(() -> pick("arn:aws:iot:*:?:", "arn:*:*:*:*:", "arn:a*:iot::1:") + pattern());
      }
      case 6 -> {
        operator = "BinaryEquals";
        key = "t:Binary";
        values = anyNumber(() -> pick("YQ==", "Yg=="));
      }
      case 7 -> {
        operator = "String" + not + "Equals";
        key = "iot:ConnectAttributes";
        values = anyNumber(() -> pick("a", "b"));
      }
      default -> {
        block.put(
            "Null", Map.of(pick("iot:ClientId", "none"), anyNumber(() -> pick("true", "false"))));
        return;
      }
    }
    String name =
        pick("", "", "ForAllValues:", "ForAnyValue:") + operator + pick("", "", "IfExists");
    block.put(name, Map.of(key, values));
  }

  private Object oneOrMore(java.util.function.Supplier<String> make) {
    List<String> made = new ArrayList<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      made.add(make.get());
    }
    return made.size() == 1 ? made.getFirst() : made;
  }

  private Object anyNumber(java.util.function.Supplier<String> make) {
    return random.nextInt(8) == 0 ? List.of() : oneOrMore(make);
  }

  private String pick(String... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
