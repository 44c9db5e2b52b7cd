package io.thingstead.mqtt;

/**
 * An MQTT control packet, of any version; members that MQTT 3 lacks hold the value that means
 * absent. Holding one proves that it is well-formed and keeps the rules that can be told from the
 * packet alone.
 */
public sealed interface Packet
    permits Connect,
        ConnAck,
        Publish,
        PubAck,
        PubRec,
        PubRel,
        PubComp,
        Subscribe,
        SubAck,
        Unsubscribe,
        UnsubAck,
        PingReq,
        PingResp,
        Disconnect,
        Auth {
  /** The same without reason string and user properties that only explain it. */
  default Packet unexplained() {
    return this;
  }
}
