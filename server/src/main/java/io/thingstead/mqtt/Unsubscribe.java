package io.thingstead.mqtt;

import io.thingstead.broker.MessageProperties.UserProperty;
import java.util.List;

/**
 * UNSUBSCRIBE.
 *
 * @param packetId 1 to 65535
 * @param filters at least one, not empty
 */
public record Unsubscribe(int packetId, List<String> filters, List<UserProperty> userProperties)
    implements Packet {}
