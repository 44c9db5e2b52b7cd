package io.thingstead.net;

/** What a connection turns out to speak. */
public enum Protocol {
  MQTT,
  HTTP
}
