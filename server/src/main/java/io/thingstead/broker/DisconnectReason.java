package io.thingstead.broker;

/**
 * Why a connection ended: all reasons there are, by the names that life-cycle events and the API
 * use (developer guide, "Lifecycle events").
 */
public enum DisconnectReason {
  /** The client may not do what it tried, or its certificate is not active any more. */
  AUTH_ERROR,
  /** The client said that it leaves, by DISCONNECT or by a close frame of its WebSocket. */
  CLIENT_INITIATED_DISCONNECT,
  /** The client broke the standard or a limit of size or number. */
  CLIENT_ERROR,
  /** The network connection ended without a word, or the server did. */
  CONNECTION_LOST,
  /** Another connection came with the same client id [MQTT-3.1.4-3]. */
  DUPLICATE_CLIENTID,
  /** The operator keeps the client out, whatever its account says: by a revocation list. */
  FORBIDDEN_ACCESS,
  /** Nothing was heard for one and a half times the keep alive [MQTT-3.1.2-22]. */
  MQTT_KEEP_ALIVE_TIMEOUT,
  /** The server cannot do what it must for this client. */
  SERVER_ERROR,
  /** The server stops. */
  SERVER_INITIATED_DISCONNECT,
  /** Somebody closed it by DeleteConnection. */
  API_INITIATED_DISCONNECT,
  /** A rate was exceeded, or the client does not take its messages fast enough. */
  THROTTLED,
  /** A signed WebSocket has reached its age. */
  WEBSOCKET_TTL_EXPIRATION,
  /** The time that a custom authorizer gave is over. */
  CUSTOMAUTH_TTL_EXPIRATION;

  /**
   * Whether a will is published at such an end. Two exceptions are not the reason's to know: a
   * client may ask for its will as it leaves [MQTT-3.14.4-3], and DeleteConnection may withhold it.
   */
  public boolean sendsWill() {
    return !byClient();
  }

  /** Whether the client ended it. */
  public boolean byClient() {
    return this == CLIENT_INITIATED_DISCONNECT;
  }
}
