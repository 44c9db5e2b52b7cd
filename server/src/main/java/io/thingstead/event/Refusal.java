package io.thingstead.event;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One refusal, as {@link Refusals#refused} was told of it; texts are cut at 512 characters.
 *
 * @param number greater than that of any refusal of the account before, also of former runs
 */
public record Refusal(
    long number,
    Instant at,
    String action,
    String client,
    String resource,
    String principal,
    String why) {
  Refusal numbered(long its) {
    return new Refusal(its, at, action, client, resource, principal, why);
  }

  /** What to run to learn more, such as {@code ./thingstead why c1 publish a/b}; null for none. */
  public @Nullable String command() {
    if (client.isEmpty()) {
      return null;
    }
    return switch (action.toLowerCase(Locale.ROOT)) {
      case "connect", "publish", "subscribe", "receive", "retain" ->
          "./thingstead why "
              + Words.quoted(client)
              + ' '
              + action
              + (resource.isEmpty() ? "" : ' ' + Words.quoted(resource));
      default -> null;
    };
  }
}
