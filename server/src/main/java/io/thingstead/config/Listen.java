package io.thingstead.config;

import java.util.Locale;

/** A port to serve on over TLS, and what is offered there. */
public record Listen(Address address, Role role) {
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
   * Parses {@code ADDRESS:PORT[=ROLE]}.
   *
   * @throws IllegalArgumentException with a clause for people
   */
  public static Listen parse(String text) {
    int equals = text.indexOf('=');
    if (equals < 0) {
      return new Listen(Address.parse(text), Role.ALL);
    }
    String role = text.substring(equals + 1);
    for (Role each : Role.values()) {
      if (each.name().toLowerCase(Locale.ROOT).equals(role)) {
        return new Listen(Address.parse(text.substring(0, equals)), each);
      }
    }
    throw new IllegalArgumentException("'" + role + "' is no role; use device, admin or all");
  }

  @Override
  public String toString() {
    return address + "=" + role.name().toLowerCase(Locale.ROOT);
  }
}
