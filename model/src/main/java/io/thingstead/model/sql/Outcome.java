package io.thingstead.model.sql;

/** What a statement says of one message. */
public sealed interface Outcome {
  /** WHERE is not true: no action runs. */
  record NoMatch() implements Outcome {}

  /**
   * The actions run with this payload.
   *
   * @param bytes JSON in UTF-8, or the bytes of a payload that is not JSON; empty when SELECT VALUE
   *     is undefined
   * @param json whether the bytes are JSON
   */
  record Output(byte[] bytes, boolean json) implements Outcome {}

  /**
   * The evaluation failed: no action runs.
   *
   * @param why a clause for people
   */
  record Failure(String why) implements Outcome {}
}
