package io.thingstead.http;

import io.thingstead.account.Account;
import io.thingstead.identity.Principal;
import java.time.Instant;

/**
 * Somebody who has signed in to the console with a browser, found by the request's cookie.
 *
 * @param csrfToken what each request that is no WebSocket's must repeat in {@code
 *     x-thingstead-csrf}, so that no page of another origin can make it
 * @param ends when the person has to sign in again at the latest
 */
public record BrowserSession(
    Account account, Principal.AccessKey principal, String csrfToken, Instant ends) {
  @Override
  public String toString() {
    return "BrowserSession[" + principal.id() + " until " + ends + "]";
  }
}
