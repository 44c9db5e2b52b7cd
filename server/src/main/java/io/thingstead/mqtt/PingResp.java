package io.thingstead.mqtt;

/** PINGRESP. */
public enum PingResp implements Packet {
  INSTANCE
}
