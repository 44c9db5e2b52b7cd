package io.thingstead.model.sql;

import io.thingstead.model.sql.Value.Text;
import java.util.List;

/** Functions that ask somebody else. */
final class OutsideFunctions {
  static final String LAMBDA = "aws_lambda";

  static final List<Function> ALL = List.of(Function.of(LAMBDA, 2, 2, OutsideFunctions::lambda));

  private OutsideFunctions() {}

  /** What a function answers; its failure is the failure of the evaluation. */
  private static Value lambda(Arguments call) {
    if (!(call.value(0) instanceof Text(String function))) {
      throw new EvaluationException("the first argument of aws_lambda is the ARN of a function");
    }
    byte[] raw = call.payload(1);
    Value event = call.value(1);
    if (event.isUndefined()) {
      throw new EvaluationException(
          raw == null
              ? "the second argument of aws_lambda is undefined"
              : "aws_lambda needs JSON, and the payload is none: encode it first");
    }
    byte[] answer;
    try {
      answer = call.input().lambdas().call(function, JsonWriter.bytes(event, call.version()));
    } catch (RuntimeException e) {
      throw new EvaluationException("aws_lambda: " + e.getMessage());
    }
    Value value = Document.read(answer, Reads.ALL, call.version());
    if (value == null) {
      throw new EvaluationException("aws_lambda: " + function + " did not answer in JSON");
    }
    return value;
  }
}
