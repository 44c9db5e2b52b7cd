package io.thingstead.mqtt;

/** PINGREQ. */
public enum PingReq implements Packet {
  INSTANCE
}
