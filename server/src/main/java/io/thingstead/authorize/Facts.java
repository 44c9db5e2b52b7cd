package io.thingstead.authorize;

import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What policy variables are worth for one caller (developer guide, "Policy variables").
 *
 * @param thing what it speaks for, or null
 * @param certificate see {@link CertificateFields}
 */
record Facts(
    ConnectionContext context,
    @Nullable ConnectedThing thing,
    Map<String, List<String>> certificate,
    InstantSource clock)
    implements Function<String, List<String>> {
  private static final String ATTRIBUTE = "iot:connection.thing.attributes[";

  /**
   * The values of a variable; none when it has no value.
   *
   * @param name in lower case, but an attribute's name as written
   */
  @Override
  public List<String> apply(String name) {
    return switch (name) {
      case "iot:clientid" -> some(context.clientId());
      case "aws:sourceip" -> some(address(context.sourceIp()));
      case "iot:domainname" -> some(context.domainName());
      case "aws:currenttime" -> List.of(now().toString());
      case "aws:epochtime" -> List.of(Long.toString(now().getEpochSecond()));
      case "iot:connection.thing.isattached" ->
          context.clientId().isEmpty() ? List.of() : List.of(String.valueOf(thing != null));
      case "iot:connection.thing.thingname" -> thing == null ? List.of() : List.of(thing.name());
      case "iot:connection.thing.thingtypename" ->
          thing == null ? List.of() : some(thing.typeName());
      default -> {
        if (CertificateFields.isField(name)) {
          yield CertificateFields.values(certificate, name);
        }
        boolean attribute = name.startsWith(ATTRIBUTE) && name.endsWith("]");
        yield thing == null || !attribute
            ? List.of()
            : some(thing.attributes().get(name.substring(ATTRIBUTE.length(), name.length() - 1)));
      }
    };
  }

  /**
   * The same for a CONNECT.
   *
   * @param willTopic null without a will
   */
  Function<String, List<String>> connecting(boolean persistent, @Nullable String willTopic) {
    List<String> attributes = new ArrayList<>();
    if (persistent) {
      attributes.add("PersistentConnect");
    }
    if (willTopic != null) {
      attributes.add("LastWill");
    }
    List<String> will =
        willTopic == null ? List.of() : List.of(context.account().arn("topic/" + willTopic));
    return name ->
        switch (name) {
          case "iot:connectattributes" -> attributes;
          case "iot:lastwilltopic" -> will;
          default -> apply(name);
        };
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS);
  }

  private static @Nullable String address(@Nullable InetAddress from) {
    if (from == null) {
      return null;
    }
    String text = from.getHostAddress();
    int scope = text.indexOf('%');
    return scope < 0 ? text : text.substring(0, scope);
  }

  private static List<String> some(@Nullable String value) {
    return value == null || value.isEmpty() ? List.of() : List.of(value);
  }
}
