package io.thingstead.broker;

/** Why the broker closes a connection. */
public enum Closing {
  /** Another connection came with the same client id [MQTT-3.1.4-3]. */
  TAKEN_OVER(DisconnectReason.DUPLICATE_CLIENTID),
  /** A client without a durable session does not take its messages. */
  TOO_SLOW(DisconnectReason.THROTTLED),
  /** An administrator or the API closed it. */
  ADMINISTRATIVE(DisconnectReason.API_INITIATED_DISCONNECT),
  /** The store cannot keep what it must for this client. */
  UNAVAILABLE(DisconnectReason.SERVER_ERROR),
  /** The account has as many connections as it may have. */
  TOO_MANY(DisconnectReason.THROTTLED),
  /** The server stops. */
  SHUTTING_DOWN(DisconnectReason.SERVER_INITIATED_DISCONNECT);

  private final DisconnectReason reason;

  Closing(DisconnectReason reason) {
    this.reason = reason;
  }

  /** What life-cycle events call it. */
  public DisconnectReason reason() {
    return reason;
  }
}
