package io.thingstead.event;

import io.thingstead.account.Account;

/**
 * Where every refusal is told: one log line in the form {@code refused publish client=c1 topic=a/b:
 * WHY (try: ./thingstead why c1 publish a/b)}, a counter, and the live feed of the account. Any
 * thread may call it; a flood of equal refusals is summed up, never queued without bound.
 */
public interface Refusals {
  /**
   * @param action connect, publish, subscribe, receive, retain, or an API operation's name
   * @param client client id, or empty
   * @param resource topic, filter or ARN; empty when there is none
   * @param principal certificate id, access key id or empty
   */
  void refused(
      Account account, String action, String client, String resource, String principal, Reason why);

  /**
   * The same for a reason that has nothing to do with policies.
   *
   * @param why a clause for people
   */
  default void refused(
      Account account,
      String action,
      String client,
      String resource,
      String principal,
      String why) {
    refused(account, action, client, resource, principal, Reason.of(why));
  }
}
