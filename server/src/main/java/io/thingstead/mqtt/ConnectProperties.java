package io.thingstead.mqtt;

import io.thingstead.broker.MessageProperties.UserProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The properties of CONNECT, with the standard's defaults where the client gave none.
 *
 * @param sessionExpirySeconds 0 to 4294967295, where the latter means never
 * @param receiveMaximum how many QoS 1 and 2 publishes the client takes unacknowledged, 1 to 65535
 * @param maximumPacketSize largest packet in bytes the client takes, or {@code Long.MAX_VALUE}
 * @param topicAliasMaximum highest alias the client takes from the server, 0 for none
 */
public record ConnectProperties(
    long sessionExpirySeconds,
    int receiveMaximum,
    long maximumPacketSize,
    int topicAliasMaximum,
    boolean requestResponseInformation,
    boolean requestProblemInformation,
    List<UserProperty> userProperties,
    @Nullable Authentication authentication) {
  /** What an MQTT 5 client that gives no properties means, and every MQTT 3 client. */
  public static final ConnectProperties NONE =
      new ConnectProperties(0, 0xFFFF, Long.MAX_VALUE, 0, false, true, List.of(), null);
}
