package io.thingstead.event;

import io.thingstead.model.policy.Ruling;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One refusal, as {@link Refusals#refused} was told of it; texts are cut at 512 characters.
 *
 * @param number greater than that of any refusal of the account before, also of former runs
 * @param ruling what the policies decided, and by what; null when it was not for them to decide
 */
public record Refusal(
    long number,
    Instant at,
    String action,
    String client,
    String resource,
    String principal,
    String why,
    @Nullable Ruling ruling) {
  Refusal numbered(long its) {
    return new Refusal(its, at, action, client, resource, principal, why, ruling);
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
