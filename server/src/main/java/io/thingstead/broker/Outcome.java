package io.thingstead.broker;

/** What became of a publish, for its acknowledgement. */
public enum Outcome {
  /** Every branch that must survive is durable or was taken by its receiver. */
  ACCEPTED,
  /** A durable session, or a part of the server, had no room for it. */
  OVER_QUOTA,
  /** The store could not take it. */
  UNAVAILABLE;

  Outcome and(Outcome other) {
    return ordinal() >= other.ordinal() ? this : other;
  }
}
