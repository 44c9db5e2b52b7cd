package io.thingstead.broker;

/** What became of a message that was sent to one client directly. */
public enum DirectOutcome {
  /** It was sent, and acknowledged if that was asked for. */
  DONE,
  /** No client of this id is connected, and no session is kept for one. */
  UNKNOWN,
  /** The client is not connected, but its session is kept. */
  AWAY,
  /** The client may not receive on this topic. */
  FORBIDDEN,
  /** The client takes no packet of this size. */
  TOO_LARGE,
  /** The client does not take what was sent to it before. */
  BUSY,
  /** The client did not acknowledge it in time, or its connection ended before it did. */
  UNCONFIRMED
}
