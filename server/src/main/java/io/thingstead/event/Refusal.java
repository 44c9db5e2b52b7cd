package io.thingstead.event;

import io.thingstead.model.policy.Ruling;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
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
    String asked = ruling == null ? null : asked(ruling);
    return asked != null
        ? why(asked)
        : switch (action.toLowerCase(Locale.ROOT)) {
          case "connect", "publish", "subscribe", "receive", "retain" ->
              why(action + (resource.isEmpty() ? "" : ' ' + Words.quoted(resource)));
          default -> null;
        };
  }

  private String why(String asked) {
    return "./thingstead why " + Words.quoted(client) + ' ' + asked;
  }

  /** What the policies were asked, which may be more special than what the client did. */
  private static @Nullable String asked(Ruling ruling) {
    String name = Words.quoted(ruling.resource().substring(ruling.resource().indexOf('/') + 1));
    return switch (ruling.action()) {
      case "iot:Publish" -> "publish " + name;
      case "iot:RetainPublish" -> "retain " + name;
      case "iot:Subscribe" -> "subscribe " + name;
      case "iot:Receive" -> "receive " + name;
      case "iot:Connect" -> "connect" + connecting(ruling.variables());
      default -> null;
    };
  }

  /** Only what the policies look at matters, and only that is among the variables. */
  private static String connecting(Map<String, String> variables) {
    String attributes = value(variables, "iot:ConnectAttributes");
    String will = value(variables, "iot:LastWillTopic");
    String flags = attributes.contains("PersistentConnect") ? " --persistent" : "";
    if (!will.isEmpty()) {
      return flags + " --will " + Words.quoted(will.substring(will.indexOf('/') + 1));
    }
    return attributes.contains("LastWill") ? flags + " --will any" : flags;
  }

  private static String value(Map<String, String> variables, String name) {
    return variables.entrySet().stream()
        .filter(each -> each.getKey().equalsIgnoreCase(name))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("");
  }
}
