package io.thingstead.net;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The application protocols a client may ask for (AWS IoT guide: "Device communication protocols"),
 * the server's first choice first.
 */
enum Alpn {
  MQTT_CERTIFICATE("x-amzn-mqtt-ca", Protocol.MQTT),
  MQTT_AUTHORIZER("mqtt", Protocol.MQTT),
  HTTP_CERTIFICATE("x-amzn-http-ca", Protocol.HTTP),
  HTTP_1_1("http/1.1", Protocol.HTTP);

  private final String wireName;
  private final Protocol protocol;

  Alpn(String wireName, Protocol protocol) {
    this.wireName = wireName;
    this.protocol = protocol;
  }

  static List<String> names() {
    return Stream.of(values()).map(alpn -> alpn.wireName).toList();
  }

  /** The protocol of a name agreed on, or null when there was none. */
  static @Nullable Protocol protocol(String agreed) {
    for (Alpn alpn : values()) {
      if (alpn.wireName.equals(agreed)) {
        return alpn.protocol;
      }
    }
    return null;
  }
}
