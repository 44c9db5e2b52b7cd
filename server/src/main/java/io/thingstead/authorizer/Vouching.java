package io.thingstead.authorizer;

import io.thingstead.identity.Principal;

/** What became of a caller who asked a custom authorizer. */
public sealed interface Vouching {
  /**
   * It is let in.
   *
   * @param refreshAfterSeconds when it must be asked again, 300 to 86,400
   * @param disconnectAfterSeconds when its connection ends, the same
   */
  record Vouched(Principal.Vouched principal, int refreshAfterSeconds, int disconnectAfterSeconds)
      implements Vouching {}

  /**
   * It is not.
   *
   * @param why a clause for people
   */
  record Refused(String why) implements Vouching {}
}
