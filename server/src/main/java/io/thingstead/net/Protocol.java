package io.thingstead.net;

/** What a port can carry. */
public enum Protocol {
  MQTT,
  HTTP,
  /** MQTT over WebSocket, which begins as HTTP. */
  WEBSOCKET
}
