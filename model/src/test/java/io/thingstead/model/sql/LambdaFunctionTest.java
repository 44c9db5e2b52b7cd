package io.thingstead.model.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** {@code aws_lambda} in a statement. */
class LambdaFunctionTest {
  private static final String ARN = "arn:aws:lambda:us-east-1:123456789012:function:f";

  private static Outcome evaluate(String sql, String payload, Lambdas lambdas) {
    return RuleStatement.parse(sql, "2016-03-23")
        .evaluate(
            new Input(
                "123456789012",
                "a",
                payload.getBytes(StandardCharsets.UTF_8),
                null,
                null,
                null,
                null,
                Input.Properties.NONE,
                0,
                new Random(1),
                lambdas));
  }

  private static String text(Outcome outcome) {
    return switch (outcome) {
      case Outcome.NoMatch _ -> "no match";
      case Outcome.Failure(String why) -> why;
      case Outcome.Output output -> new String(output.bytes(), StandardCharsets.UTF_8);
    };
  }

  @Test
  void theAnswerIsAValueOfTheStatement() {
    Outcome outcome =
        evaluate(
            "SELECT aws_lambda('" + ARN + "', *).near AS near, x FROM 'a'",
            "{\"x\":1}",
            (function, event) ->
                ("{\"near\":\"" + function.substring(function.length() - 1) + event.length + "\"}")
                    .getBytes(StandardCharsets.UTF_8));

    assertThat(text(outcome)).isEqualTo("{\"near\":\"f7\",\"x\":1}");
  }

  @Test
  void aFunctionThatFailsFailsTheEvaluation() {
    Lambdas failing =
        (_, _) -> {
          throw new IllegalStateException("it was not found");
        };
    assertThat(text(evaluate("SELECT aws_lambda('" + ARN + "', *) AS y FROM 'a'", "{}", failing)))
        .isEqualTo("aws_lambda: it was not found");
    assertThat(
            text(
                evaluate(
                    "SELECT aws_lambda('" + ARN + "', *) AS y FROM 'a'",
                    "{}",
                    (_, _) -> new byte[] {'?'})))
        .contains("did not answer in JSON");
    assertThat(text(evaluate("SELECT aws_lambda('" + ARN + "', *) AS y FROM 'a'", "raw", failing)))
        .contains("encode it first");
  }

  @Test
  void aTemplateTellsThatItAsksOutside() {
    RuleStatement statement = RuleStatement.parse("SELECT * FROM 'a'", "2016-03-23");
    assertThat(statement.template("a/${upper(aws_lambda('f', *))}").asksOutside()).isTrue();
    assertThat(statement.template("a/${upper(x)}").asksOutside()).isFalse();
  }
}
