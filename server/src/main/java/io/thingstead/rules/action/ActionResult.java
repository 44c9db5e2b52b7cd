package io.thingstead.rules.action;

/** How a run of an action ended. */
public sealed interface ActionResult {
  /** The target has it. */
  record Done() implements ActionResult {}

  /**
   * The target does not have it.
   *
   * @param resource the topic or URL
   * @param why a sentence for people
   * @param mayRetry whether trying again can help
   */
  record Failed(String resource, String why, boolean mayRetry) implements ActionResult {}
}
