package io.thingstead.broker;

/** Why the broker closes a connection; the names of the life-cycle events are in brackets. */
public enum Closing {
  /** Another connection came with the same client id (DUPLICATE_CLIENTID) [MQTT-3.1.4-3]. */
  TAKEN_OVER,
  /** A client without a durable session does not take its messages (THROTTLED). */
  TOO_SLOW,
  /** An administrator or the API closed it (API_INITIATED_DISCONNECT). */
  ADMINISTRATIVE,
  /** The store cannot keep what it must for this client (SERVER_ERROR). */
  UNAVAILABLE,
  /** The server stops (SERVER_INITIATED_DISCONNECT). */
  SHUTTING_DOWN
}
