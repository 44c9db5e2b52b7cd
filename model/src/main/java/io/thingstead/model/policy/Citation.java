package io.thingstead.model.policy;

import org.jspecify.annotations.Nullable;

/**
 * Where a decision is written.
 *
 * @param statement its place in the document, from 1
 * @param sid the name its author gave it
 */
public record Citation(String policy, String version, int statement, @Nullable String sid) {
  /** As people read it: {@code statement 2 (Sid "x") of policy p version 3}. */
  @Override
  public String toString() {
    String named = sid == null ? "" : " (Sid \"" + sid + "\")";
    return "statement " + statement + named + " of policy " + policy + " version " + version;
  }
}
