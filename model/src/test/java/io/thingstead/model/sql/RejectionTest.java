package io.thingstead.model.sql;

import static io.thingstead.model.sql.Messages.select;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RejectionTest {
  private static void refused(String sql, String message) {
    assertThatThrownBy(() -> RuleStatement.parse(sql, "2016-03-23"))
        .isInstanceOfSatisfying(
            ApiException.class,
            refusal -> {
              assertThat(refusal.error()).isEqualTo(AwsError.SQL_PARSE);
              assertThat(refusal.text()).contains(message);
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "SELECT | position 7: expected an expression, found the end",
        "SELEC * FROM 'a' | position 1: expected SELECT, found 'SELEC'",
        "SELECT a b FROM 'a' | position 10: expected the end, found 'b'",
        "SELECT * FROM a | expected a topic filter in quotes",
        "SELECT * FROM 'a' WHERE | expected an expression",
        "SELECT * FROM 'a' WHERE a IN [1] | IN is not part of the rules SQL",
        "SELECT * FROM 'a' WHERE a LIKE 'b' | LIKE is not part of the rules SQL",
        "SELECT * FROM 'a' WHERE a BETWEEN 1 AND 2 | BETWEEN is not part",
        "SELECT * FROM 'a' GROUP BY a | GROUP is not part",
        "SELECT * -- comment | comments are not part",
        "SELECT * /* comment */ | comments are not part",
        "SELECT a /* comment */ | comments are not part",
        "SELECT 'a | no closing '",
        "SELECT CASE WHEN a THEN 1 END | CASE needs a value",
        "SELECT CASE a END | expected WHEN",
        "SELECT CASE a WHEN 1 THEN 2 | expected END",
        "SELECT CAST(a AS date) | no type 'date'",
        "SELECT VALUE a, b | exactly one item",
        "SELECT (SELECT a FROM b) | needs a name",
        "SELECT (SELECT a) AS b | expected FROM",
        "SELECT a < b < c | do not chain",
        "SELECT a = NOT b | expected an expression",
        "SELECT @x | no SET gives a value to @x",
        "SET @x = 1, @x = 2 SELECT 1 | has a value already",
        "SET @x = @x SELECT 1 | no SET gives a value to @x",
        "SET @x = 1 SET @y = 2 SELECT 1 | expected SELECT",
        "SELECT 1.  | expected a member's name",
        "SELECT 1e | exponent needs a digit",
        "SELECT {a: 1} | member's name in quotes",
        "SELECT a # b | character '#'",
        "SELECT ä | U+00E4",
        "SELECT unknown(1) | no function 'unknown'",
        "SELECT decode(*, 'proto', 'b', 'k', 'f', 't') | 'proto' is not supported",
        "SELECT * FROM 'a/#/b' | wildcard # at position 2 is not at the end",
        "SELECT * FROM '$aws/rules/x/y' | Basic Ingest",
        "SELECT -* | expected an expression",
        "SELECT (a | expected ')'",
        "SELECT 1e99999999999 | out of range",
      })
  void statementIsRefusedWithPositionAndReason(String sql, String message) {
    refused(sql, message);
  }

  @Test
  void sizesAreBounded() {
    refused("SELECT " + "(".repeat(65) + "1" + ")".repeat(65), "nested deeper than 64");
    refused("SELECT " + "-".repeat(1) + " -".repeat(70) + "1", "nested deeper than 64");
    refused("SELECT 1" + "+1".repeat(2001), "more than 2000 parts");
    refused("SELECT " + " ".repeat(128 * 1024), "longer than");
    refused("SELECT @" + "a".repeat(65), "1 to 64");
    StringBuilder set = new StringBuilder("SET @a0 = 1");
    for (int i = 1; i < 11; i++) {
      set.append(", @a").append(i).append(" = 1");
    }
    refused(set + " SELECT 1", "at most 10");
    assertThat(select("SELECT VALUE 0" + "+1".repeat(900), "{}")).isEqualTo("900");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2017-01-01", "", "BETA"})
  void unknownVersionIsAnInvalidRequest(String version) {
    assertThatThrownBy(() -> RuleStatement.parse("SELECT *", version))
        .isInstanceOfSatisfying(
            ApiException.class,
            refusal -> assertThat(refusal.error()).isEqualTo(AwsError.INVALID_REQUEST));
  }

  @Test
  void valueMayBeAMember() {
    String payload = "{\"value\":7,\"end\":{\"as\":1}}";
    assertThat(select("SELECT value FROM 'a'", payload)).isEqualTo("{\"value\":7}");
    assertThat(select("SELECT value, 1 AS b", payload)).isEqualTo("{\"value\":7,\"b\":1}");
    assertThat(select("SELECT value AS v", payload)).isEqualTo("{\"v\":7}");
    assertThat(select("SELECT value * 2 AS v", payload)).isEqualTo("{\"v\":14}");
    assertThat(select("SELECT value - 2 AS v", payload)).isEqualTo("{\"v\":5}");
    assertThat(select("SELECT value - 2", payload)).isEqualTo("-2");
    assertThat(select("SELECT VALUE * FROM 'a'", "{\"a\":1}")).isEqualTo("{\"a\":1}");
    assertThat(select("SELECT VALUE value", payload)).isEqualTo("7");
    assertThat(select("SELECT * FROM 'a' WHERE value = 7", payload)).startsWith("{");
  }

  @Test
  void variablesAreBoundedWhenTheyAreComputed() {
    String text = "{\"s\":\"" + "x".repeat(100_000) + "\"}";
    assertThat(select("SET @a = s, @b = @a SELECT VALUE length(@b)", text))
        .isEqualTo("failure: the variables of SET need more than 131072 bytes");
    assertThat(select("SET @a = s SELECT VALUE length(@a)", text)).isEqualTo("100000");
  }

  @Test
  void resultsAreBounded() {
    String text = "{\"s\":\"" + "x".repeat(100_000) + "\",\"a\":[1,2,3,4,5,6,7,8,9,0,1,2,3]}";
    assertThat(select("SELECT (SELECT 1 AS one, 2 AS s FROM a) AS many", text))
        .contains("\"one\":1");
    assertThat(select("SET @v = s SELECT (SELECT @v AS s FROM a) AS many", text))
        .startsWith("failure: the result would be longer than");
    assertThat(select("SELECT s" + "+s".repeat(20) + " AS t", text))
        .startsWith("failure: a string would be longer than");
    assertThat(select("SELECT VALUE replace(s, 'x', s)", text)).startsWith("failure: a string");
    assertThat(select("SELECT VALUE regexp_replace(s, 'x', s)", text))
        .startsWith("failure: a string");
    assertThat(select("SELECT VALUE regexp_matches(s, '(x+x+)+y')", text))
        .startsWith("failure: a regular expression");
    assertThat(select("SELECT VALUE regexp_matches(s, '(x|y)*z')", text))
        .satisfiesAnyOf(
            outcome -> assertThat(outcome).startsWith("failure: a regular expression"),
            outcome -> assertThat(outcome).isEqualTo("false"));
  }
}
