package io.thingstead.model.policy;

import java.util.List;
import java.util.Map;

/** What policies say of one action on one resource. */
public sealed interface Verdict {
  /** Whether it may be done. */
  boolean allowed();

  /**
   * A statement allows it and none denies it.
   *
   * @param by the first that does
   * @param variables those that the statement used, by name, with their values
   */
  record Allowed(Citation by, Map<String, String> variables) implements Verdict {
    @Override
    public boolean allowed() {
      return true;
    }
  }

  /**
   * A statement denies it.
   *
   * @param by the first that does
   * @param variables those that the statement used, by name, with their values
   */
  record Denied(Citation by, Map<String, String> variables) implements Verdict {
    @Override
    public boolean allowed() {
      return false;
    }
  }

  /**
   * No statement speaks of it, which denies it.
   *
   * @param policies the names of those that were looked at
   * @param variables those that statements use which allow this action elsewhere, with their values
   * @param unresolved variables without a value in statements that allow this action
   */
  record Unmentioned(List<String> policies, Map<String, String> variables, List<String> unresolved)
      implements Verdict {
    @Override
    public boolean allowed() {
      return false;
    }
  }
}
