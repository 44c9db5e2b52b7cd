package io.thingstead.event;

import io.thingstead.model.policy.Ruling;
import org.jspecify.annotations.Nullable;

/**
 * Why something is refused.
 *
 * @param text a clause for people
 * @param ruling what the policies decided, and by what; null when it was not for them to decide
 */
public record Reason(String text, @Nullable Ruling ruling) {
  /** One that has nothing to do with policies. */
  public static Reason of(String text) {
    return new Reason(text, null);
  }

  @Override
  public String toString() {
    return text;
  }
}
