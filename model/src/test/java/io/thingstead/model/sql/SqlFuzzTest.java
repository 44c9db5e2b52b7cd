package io.thingstead.model.sql;

import static io.thingstead.model.sql.Messages.json;
import static io.thingstead.model.sql.Messages.raw;
import static io.thingstead.model.sql.Messages.text;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random expressions against a naive twin; random text against the parser. */
class SqlFuzzTest {
  private static final String PAYLOAD =
      """
      {"i":7,"j":-3,"z":0,"d":2.5,"e":0.1,"s":"abc","n":"12","x":"1.5","t":true,"f":"FALSE",\
      "u":null,"a":[1,2,"b"],"o":{"i":1,"p":{"q":"deep"}}}\
      """;

  @Test
  void expressionsAgreeWithTheTwin() {
    int defined = 0;
    for (int seed = 0; seed < 12_000; seed++) {
      NaiveTwin.Sample sample = new NaiveTwin(new Random(seed), PAYLOAD).expression(4);
      RuleStatement statement =
          RuleStatement.parse("SELECT VALUE [" + sample.sql() + "]", "2016-03-23");
      String got = text(statement.evaluate(json("a/b", PAYLOAD)));
      String want = "[" + NaiveTwin.json(sample.value()) + "]";
      assertThat(got).as("seed " + seed + ": " + sample.sql()).isEqualTo(want);
      defined += want.equals("[]") ? 0 : 1;
    }
    assertThat(defined).isGreaterThan(3_000);
  }

  @Test
  void whereLetsExactlyTrueThrough() {
    for (int seed = 0; seed < 5_000; seed++) {
      NaiveTwin.Sample sample = new NaiveTwin(new Random(seed), PAYLOAD).expression(3);
      RuleStatement statement =
          RuleStatement.parse("SELECT i FROM 'a' WHERE " + sample.sql(), "2016-03-23");
      boolean matched = statement.evaluate(json("a", PAYLOAD)) instanceof Outcome.Output;
      boolean want = "true".equalsIgnoreCase(String.valueOf(sample.value()));
      assertThat(matched).as(sample.sql()).isEqualTo(want);
    }
  }

  private static final List<String> WORDS =
      List.of(
          "SELECT",
          "VALUE",
          "FROM",
          "WHERE",
          "SET",
          "@a",
          "=",
          "<>",
          "<",
          "CASE",
          "WHEN",
          "THEN",
          "ELSE",
          "END",
          "AS",
          "AND",
          "OR",
          "NOT",
          "(",
          ")",
          "[",
          "]",
          "{",
          "}",
          ",",
          ".",
          ":",
          "*",
          "-",
          "+",
          "/",
          "%",
          "a",
          "value",
          "topic",
          "get",
          "cast",
          "1",
          "2.5e3",
          "'s'",
          "\"k\"",
          "'a/+/b'",
          "null",
          "concat",
          "encode",
          "'base64'");

  @Test
  void randomTextIsParsedOrRefused() {
    int parsed = 0;
    for (int seed = 0; seed < 25_000; seed++) {
      Random random = new Random(seed);
      StringBuilder sql = new StringBuilder(random.nextInt(4) == 0 ? "" : "SELECT ");
      for (int i = random.nextInt(12); i >= 0; i--) {
        if (random.nextInt(40) == 0) {
          sql.append((char) random.nextInt(0x300));
        }
        sql.append(WORDS.get(random.nextInt(WORDS.size()))).append(' ');
      }
      try {
        RuleStatement statement = RuleStatement.parse(sql.toString(), "2016-03-23");
        parsed++;
        assertThat(statement.evaluate(json("a/b", PAYLOAD))).isNotNull();
        assertThat(statement.evaluate(raw("a/b", new byte[] {1, 2}))).isNotNull();
      } catch (ApiException e) {
        assertThat(e.error()).as(sql.toString()).isEqualTo(AwsError.SQL_PARSE);
      }
    }
    assertThat(parsed).isGreaterThan(400);
  }

  @Test
  void randomPayloadNeverBreaksAStatement() {
    RuleStatement statement =
        RuleStatement.parse(
            "SELECT *, a.b AS c, get(a, 0) AS d, a + 1 AS e, encode(*, 'base64') AS f"
                + " FROM 'x' WHERE isNull(a) OR TRUE",
            "2016-03-23");
    byte[] base =
        "{\"a\":{\"b\":[1,2.50,\"x\\u00e9\"]},\"q\":\"é😀\"}".getBytes(StandardCharsets.UTF_8);
    for (int seed = 0; seed < 12_000; seed++) {
      Random random = new Random(seed);
      byte[] payload = base.clone();
      for (int i = random.nextInt(4); i >= 0; i--) {
        payload[random.nextInt(payload.length)] = (byte) random.nextInt(256);
      }
      Outcome outcome = statement.evaluate(raw("x", payload));
      assertThat(outcome).as("seed " + seed).isInstanceOf(Outcome.Output.class);
    }
  }

  private static final List<String> PIECES =
      List.of(
          "{",
          "}",
          "[",
          "]",
          ":",
          ",",
          "\"a\"",
          "\"b\"",
          "\"a\":",
          "\"\":",
          "\"x y\"",
          "0",
          "-0",
          "-7",
          "01",
          "12345678901234567",
          "1234567890123456789",
          "1.0",
          "1e3",
          "1E3",
          "true",
          "false",
          "null",
          "nul",
          " ",
          "\\",
          "\"",
          "\"\\n\"",
          "\"é\"",
          "\"\u007f\"",
          "\t",
          "{\"a\":1}",
          "[1,{}]",
          "{}");

  private static final List<String> PLAIN =
      List.of("1", "-20", "0", "true", "false", "null", "\"s\"", "\"\"");

  private static String pieces(Random random, int depth) {
    if (random.nextInt(12) == 0) {
      return PIECES.get(random.nextInt(PIECES.size()));
    }
    StringBuilder out = new StringBuilder();
    return switch (depth == 0 ? 2 : random.nextInt(4)) {
      case 0 -> {
        for (int i = random.nextInt(4); i > 0; i--) {
          out.append(out.isEmpty() ? "" : ",").append('"').append((char) ('a' + random.nextInt(6)));
          out.append("\":").append(pieces(random, depth - 1));
        }
        yield "{" + out + "}";
      }
      case 1 -> {
        for (int i = random.nextInt(4); i > 0; i--) {
          out.append(out.isEmpty() ? "" : ",").append(pieces(random, depth - 1));
        }
        yield "[" + out + "]";
      }
      case 2 -> PLAIN.get(random.nextInt(PLAIN.size()));
      default -> "{\"k\":" + pieces(random, depth - 1) + "}";
    };
  }

  @Test
  void whatIsTakenForMinifiedIsWhatWouldBeWritten() {
    int taken = 0;
    for (int seed = 0; seed < 60_000; seed++) {
      byte[] payload = pieces(new Random(seed), 3).getBytes(StandardCharsets.UTF_8);
      if (Minified.isObject(payload)) {
        taken++;
        for (SqlVersion version : SqlVersion.values()) {
          String text = new String(payload, StandardCharsets.UTF_8);
          Value value = requireNonNull(Document.read(payload, Reads.ALL, version), text);
          assertThat(JsonWriter.text(value, version)).isEqualTo(text);
        }
      }
    }
    assertThat(taken).isGreaterThan(10_000);
  }

  @Test
  void readMembersAreTheSameWhetherAllAreReadOrFew() {
    for (int seed = 0; seed < 3_000; seed++) {
      String sql = new NaiveTwin(new Random(seed), PAYLOAD).expression(3).sql();
      String few = "SELECT VALUE [" + sql + "]";
      String all = "SELECT VALUE [" + sql + ", isNull(*)]";
      String got = text(RuleStatement.parse(few, "2016-03-23").evaluate(json("a", PAYLOAD)));
      String more = text(RuleStatement.parse(all, "2016-03-23").evaluate(json("a", PAYLOAD)));
      String separator = got.equals("[]") ? "" : ",";
      assertThat(more).as(sql).isEqualTo(got.substring(0, got.length() - 1) + separator + "false]");
    }
  }
}
