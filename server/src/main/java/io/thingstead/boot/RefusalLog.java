package io.thingstead.boot;

import io.thingstead.account.Account;
import io.thingstead.event.Refusals;

/** Writes each refusal as one line. */
final class RefusalLog implements Refusals {
  private static final System.Logger LOG = System.getLogger("thingstead.refusals");

  @Override
  public void refused(
      Account account,
      String action,
      String client,
      String resource,
      String principal,
      String why) {
    LOG.log(
        System.Logger.Level.WARNING,
        "refused {0} client={1} topic={2}: {3} (try: ./thingstead why {1} {0} {2})",
        action,
        client,
        resource,
        why);
  }
}
