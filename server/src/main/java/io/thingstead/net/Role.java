package io.thingstead.net;

/** What a port offers. */
public enum Role {
  /** MQTT and the data plane over HTTPS. */
  DEVICE,
  /** The control plane, console and metrics over HTTPS; no MQTT. */
  ADMIN,
  /** Both. */
  ALL;

  boolean carries(Protocol protocol) {
    return switch (protocol) {
      case HTTP -> true;
      case MQTT, WEBSOCKET -> this != ADMIN;
    };
  }
}
