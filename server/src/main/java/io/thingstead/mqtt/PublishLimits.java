package io.thingstead.mqtt;

import io.thingstead.broker.MessageProperties;
import io.thingstead.model.Limits;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** How large the parts of a message may be. */
final class PublishLimits {
  private final Limits.Messages limits;

  PublishLimits(Limits.Messages limits) {
    this.limits = limits;
  }

  /**
   * @throws PacketException when the packet breaks one
   */
  void check(Publish packet) {
    checkPayload(packet.payloadLength());
    MessageProperties message = packet.properties().message();
    if (message.equals(MessageProperties.NONE)) {
      return;
    }
    check(message);
  }

  /**
   * How long a message is kept that asks for so many seconds: the cloud takes 0 for 1 and has a
   * limit.
   */
  long lifetimeSeconds(long asked) {
    int most = limits.expirySeconds();
    return most == Limits.UNLIMITED ? asked : Math.clamp(asked, 1, most);
  }

  /**
   * @throws PacketException when a will breaks one
   */
  void check(Will will) {
    checkPayload(will.payload().length);
    check(will.properties());
  }

  private void check(MessageProperties message) {
    String response = message.responseTopic();
    if (response != null && (response.indexOf('+') >= 0 || response.indexOf('#') >= 0)) {
      throw PacketException.protocol("a Response Topic with a wildcard [MQTT-3.3.2-14]");
    }
    if (bytes(message.contentType()) > limits.contentTypeBytes()) {
      throw tooLarge(
          "contentTypeBytes",
          "a Content Type of more than " + limits.contentTypeBytes() + " bytes");
    }
    byte[] correlation = message.correlationData();
    if (correlation != null && correlation.length > limits.correlationDataBytes()) {
      throw tooLarge(
          "correlationDataBytes",
          "Correlation Data of more than " + limits.correlationDataBytes() + " bytes");
    }
    if (userBytes(message) > limits.userPropertiesBytes()) {
      throw tooLarge(
          "userPropertiesBytes",
          "User Properties of more than " + limits.userPropertiesBytes() + " bytes");
    }
  }

  private void checkPayload(int bytes) {
    if (bytes > limits.payloadBytes()) {
      throw tooLarge(
          "payloadBytes",
          "a payload of %d bytes, more than %d".formatted(bytes, limits.payloadBytes()));
    }
  }

  private static PacketException tooLarge(String limit, String what) {
    return new PacketException(ReasonCode.PACKET_TOO_LARGE, "messages." + limit, what);
  }

  private static int bytes(@Nullable String text) {
    return text == null ? 0 : text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static long userBytes(MessageProperties message) {
    long sum = 0;
    for (MessageProperties.UserProperty property : message.userProperties()) {
      sum += bytes(property.name()) + bytes(property.value());
    }
    return sum;
  }
}
