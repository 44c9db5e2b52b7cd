package io.thingstead.model.sql;

/** Ends the evaluation of a statement: the rule fails for this message and no action runs. */
final class EvaluationException extends RuntimeException {
  EvaluationException(String why) {
    super(why, null, false, false);
  }

  String why() {
    return String.valueOf(getMessage());
  }
}
