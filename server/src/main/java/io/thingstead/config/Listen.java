package io.thingstead.config;

import io.thingstead.model.Profile;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A port to serve on over TLS, and what is offered there.
 *
 * @param profile replaces that of the account for connections to this port, or null
 */
public record Listen(Address address, Role role, @Nullable Profile profile) {
  /** What a listener offers. */
  public enum Role {
    /** The data plane: MQTT, publish, shadows. */
    DEVICE,
    /** The control plane, console and metrics. */
    ADMIN,
    /** Both. */
    ALL;

    /** Whether devices are served. */
    public boolean device() {
      return this != ADMIN;
    }

    /** Whether administrators are served. */
    public boolean admin() {
      return this != DEVICE;
    }
  }

  /**
   * Parses {@code ADDRESS:PORT[=ROLE[/PROFILE]]}.
   *
   * @throws IllegalArgumentException with a clause for people
   */
  public static Listen parse(String text) {
    int equals = text.indexOf('=');
    if (equals < 0) {
      return new Listen(Address.parse(text), Role.ALL, null);
    }
    Address address = Address.parse(text.substring(0, equals));
    String offer = text.substring(equals + 1);
    int slash = offer.indexOf('/');
    Role role = role(slash < 0 ? offer : offer.substring(0, slash));
    return new Listen(address, role, slash < 0 ? null : profile(offer.substring(slash + 1)));
  }

  private static Role role(String name) {
    return Arrays.stream(Role.values())
        .filter(each -> lower(each).equals(name))
        .findAny()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'" + name + "' is no role; use device, admin or all"));
  }

  /**
   * A profile by its name.
   *
   * @throws IllegalArgumentException with a clause for people
   */
  static Profile profile(String name) {
    return Arrays.stream(Profile.values())
        .filter(each -> lower(each).equals(name))
        .findAny()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'" + name + "' is no profile; use thingstead, aws or mqtt"));
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String toString() {
    return address + "=" + lower(role) + (profile == null ? "" : "/" + lower(profile));
  }
}
