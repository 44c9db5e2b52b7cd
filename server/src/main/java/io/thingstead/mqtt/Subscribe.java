package io.thingstead.mqtt;

import io.thingstead.broker.Qos;
import java.util.List;

/**
 * SUBSCRIBE.
 *
 * @param packetId 1 to 65535
 * @param requests at least one, in the client's order
 * @param properties {@code NONE} in MQTT 3
 */
public record Subscribe(int packetId, List<Request> requests, SubscribeProperties properties)
    implements Packet {
  /**
   * One subscription asked for.
   *
   * @param filter valid UTF-8 and not empty; whether its wildcards stand right is not yet known
   * @param noLocal not to get one's own publishes; false in MQTT 3
   * @param retainAsPublished to keep the publisher's retain flag; false in MQTT 3
   * @param retainHandling when to send retained messages; {@code SEND} in MQTT 3
   */
  public record Request(
      String filter,
      Qos maximumQos,
      boolean noLocal,
      boolean retainAsPublished,
      RetainHandling retainHandling) {}

  /** When retained messages are sent for a subscription; the ordinal is the wire value. */
  public enum RetainHandling {
    SEND,
    SEND_IF_NEW,
    DO_NOT_SEND
  }
}
