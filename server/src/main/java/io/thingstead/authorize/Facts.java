package io.thingstead.authorize;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What policy variables are worth for one caller with a certificate or without (developer guide,
 * "Policy variables").
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
  /**
   * The values of a variable; none when it has no value.
   *
   * @param name in lower case, but an attribute's name as written
   */
  @Override
  public List<String> apply(String name) {
    return CertificateFields.isField(name)
        ? CertificateFields.values(certificate, name)
        : ConnectionFacts.of(context, thing, clock, name);
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
}
