package io.thingstead.authorize;

import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What policy variables of a connection are worth, whoever connects. */
final class ConnectionFacts {
  private static final String ATTRIBUTE = "iot:connection.thing.attributes[";

  private ConnectionFacts() {}

  /**
   * The values of a variable; none when it has none.
   *
   * @param thing the one that the connection speaks for, or null
   * @param name in lower case, but an attribute's within brackets as written
   */
  static List<String> of(
      ConnectionContext context, @Nullable ConnectedThing thing, InstantSource clock, String name) {
    return switch (name) {
      case "iot:clientid" -> some(context.clientId());
      case "aws:sourceip" -> some(address(context));
      case "iot:domainname" -> some(context.domainName());
      case "aws:currenttime" -> List.of(clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
      case "aws:epochtime" -> List.of(Long.toString(clock.instant().getEpochSecond()));
      case "iot:connection.thing.isattached" ->
          context.clientId().isEmpty() ? List.of() : List.of(String.valueOf(thing != null));
      case "iot:connection.thing.thingname" -> thing == null ? List.of() : List.of(thing.name());
      case "iot:connection.thing.thingtypename" ->
          thing == null ? List.of() : some(thing.typeName());
      default ->
          thing == null || !name.startsWith(ATTRIBUTE) || !name.endsWith("]")
              ? List.of()
              : some(thing.attributes().get(name.substring(ATTRIBUTE.length(), name.length() - 1)));
    };
  }

  private static String address(ConnectionContext context) {
    String text = context.sourceIp().getHostAddress();
    int scope = text.indexOf('%');
    return scope < 0 ? text : text.substring(0, scope);
  }

  private static List<String> some(@Nullable String value) {
    return value == null || value.isEmpty() ? List.of() : List.of(value);
  }
}
