package io.thingstead.event;

import io.thingstead.account.Account;

/**
 * Where warnings are told: one log line, a counter, the feed of the account. Any thread may call
 * it; it does not block. The same again within an hour is not told again.
 */
public interface Warnings {
  /**
   * @param resource an ARN, or {@code address/IP}
   * @param text a sentence for people that says what to do
   */
  void warn(Account account, Warning.Kind kind, String resource, String text);
}
