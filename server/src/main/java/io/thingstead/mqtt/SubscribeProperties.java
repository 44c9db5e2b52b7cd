package io.thingstead.mqtt;

import io.thingstead.broker.MessageProperties.UserProperty;
import java.util.List;

/**
 * The properties of SUBSCRIBE.
 *
 * @param subscriptionIdentifier 1 to 268435455, or 0 when none is given
 */
public record SubscribeProperties(int subscriptionIdentifier, List<UserProperty> userProperties) {
  public static final SubscribeProperties NONE = new SubscribeProperties(0, List.of());
}
