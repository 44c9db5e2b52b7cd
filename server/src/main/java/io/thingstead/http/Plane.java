package io.thingstead.http;

import io.thingstead.net.Role;

/** Which half of the API a service belongs to; ports offer one or both. */
public enum Plane {
  /** What devices do: publish, shadows, jobs. */
  DATA,
  /** What administrators do. */
  CONTROL,
  /** Asking for credentials, which anyone does. */
  CREDENTIALS;

  boolean offeredBy(Role role) {
    return switch (role) {
      case ALL -> true;
      case DEVICE -> this != CONTROL;
      case ADMIN -> this != DATA;
    };
  }
}
