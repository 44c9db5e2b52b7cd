package io.thingstead.net;

/**
 * The user event that tells each connection that the server stops: finish what has begun, say
 * goodbye (MQTT 5 DISCONNECT 0x8B) and close.
 */
public enum Draining {
  INSTANCE
}
