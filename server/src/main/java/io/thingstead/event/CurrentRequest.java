package io.thingstead.event;

import java.util.function.Supplier;

/**
 * The API request for which a thread works: every line that the thread logs meanwhile names it, so
 * that the id in a response finds its lines.
 */
public final class CurrentRequest {
  private static final ScopedValue<String> ID = ScopedValue.newInstance();

  private CurrentRequest() {}

  /** Does a request's work. */
  public static <T> T call(String id, Supplier<T> work) {
    return ScopedValue.where(ID, id).call(work::get);
  }

  /** Its id, or empty outside of any. */
  static String id() {
    return ID.orElse("");
  }
}
