package io.thingstead.net;

/**
 * The user event by which what carries a protocol tells it that the connection ends, and why; the
 * protocol then says goodbye, if there is somebody to hear it, and closes.
 *
 * @param why a clause for people
 */
public record Departure(Cause cause, String why) {
  /** Who ends it. */
  public enum Cause {
    /** The client closed it in good order, as by a close frame of WebSocket. */
    CLIENT_LEFT,
    /** The time for which it was allowed is over. */
    LIFETIME_OVER,
    /** Its certificate may not be used any more, whatever the account says. */
    REVOKED,
    /** The client broke a rule of what carries the protocol. */
    CLIENT_ERROR
  }
}
