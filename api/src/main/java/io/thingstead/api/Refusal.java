package io.thingstead.api;

import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;

/** The refusals of input that is not what the protocol or the model says. */
final class Refusal {
  private Refusal() {}

  private static final int SHOWN_MAX = 100;

  /** What came from outside, short enough for a message. */
  static String shown(String text) {
    return text.length() > SHOWN_MAX ? text.substring(0, SHOWN_MAX) + "…" : text;
  }

  /** Input that cannot be read at all. */
  static ApiException unreadable(String what) {
    return new ApiException(AwsError.SERIALIZATION, what);
  }

  /** Input that is read, but of another kind than the model says. */
  static ApiException wrongKind(String where, String expected) {
    return unreadable(where + " must be " + expected);
  }
}
