package io.thingstead.mqtt;

import io.thingstead.broker.Qos;

/**
 * What a server tells MQTT 5 clients it can do; the encoder omits what equals the standard's
 * default.
 *
 * @param receiveMaximum QoS 1 and 2 publishes it takes unacknowledged, 1 to 65535
 * @param maximumPacketSize largest packet in bytes it takes, or {@code Long.MAX_VALUE}
 * @param topicAliasMaximum highest alias it takes, 0 for none
 */
public record ServerOffer(
    int receiveMaximum,
    Qos maximumQos,
    boolean retain,
    long maximumPacketSize,
    int topicAliasMaximum,
    boolean wildcardSubscriptions,
    boolean subscriptionIdentifiers,
    boolean sharedSubscriptions) {
  /** What a server that says nothing offers. */
  public static final ServerOffer STANDARD =
      new ServerOffer(0xFFFF, Qos.EXACTLY_ONCE, true, Long.MAX_VALUE, 0, true, true, true);
}
