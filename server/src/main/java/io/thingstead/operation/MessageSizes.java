package io.thingstead.operation;

import io.thingstead.api.iotdata.PayloadFormatIndicator;
import io.thingstead.broker.MessageProperties;
import io.thingstead.broker.MessageProperties.UserProperty;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Limits;
import io.thingstead.model.topic.InvalidTopicException;
import io.thingstead.model.topic.Topic;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A message that comes over HTTPS, held to the limits that one over MQTT 5 has. */
record MessageSizes(Limits limits) {
  Topic topic(String text) {
    try {
      return Topic.parse(text, limits.topics());
    } catch (InvalidTopicException e) {
      throw invalid(String.valueOf(e.getMessage()));
    }
  }

  byte[] payload(byte @Nullable [] payload) {
    byte[] given = payload == null ? new byte[0] : payload;
    int most = limits.messages().payloadBytes();
    if (given.length > most) {
      throw new ApiException(
          AwsError.REQUEST_ENTITY_TOO_LARGE,
          "the payload has " + given.length + " bytes; the limit is " + most);
    }
    return given;
  }

  MessageProperties properties(
      @Nullable PayloadFormatIndicator format,
      @Nullable String contentType,
      @Nullable String responseTopic,
      @Nullable String correlationData,
      @Nullable String userProperties) {
    check("contentType", bytes(contentType), limits.messages().contentTypeBytes());
    if (responseTopic != null) {
      responseTopic(responseTopic);
    }
    byte[] correlation = correlation(correlationData);
    check(
        "correlationData",
        correlation == null ? 0 : correlation.length,
        limits.messages().correlationDataBytes());
    List<UserProperty> pairs = UserPropertiesJson.read(userProperties);
    int pairBytes = pairs.stream().mapToInt(pair -> bytes(pair.name()) + bytes(pair.value())).sum();
    check("userProperties", pairBytes, limits.messages().userPropertiesBytes());
    return new MessageProperties(
        format == null ? null : format == PayloadFormatIndicator.UTF8_DATA,
        contentType,
        responseTopic,
        correlation,
        pairs);
  }

  private void responseTopic(String text) {
    try {
      var _ = Topic.parse(text, limits.topics());
    } catch (InvalidTopicException e) {
      throw invalid("responseTopic: " + e.getMessage());
    }
  }

  private static int bytes(@Nullable String text) {
    return text == null ? 0 : text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static byte @Nullable [] correlation(@Nullable String base64) {
    try {
      return base64 == null ? null : Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw invalid("correlationData is not Base64");
    }
  }

  private static void check(String what, int bytes, int most) {
    if (bytes > most) {
      throw invalid(what + " has " + bytes + " bytes; the limit is " + most);
    }
  }

  private static ApiException invalid(String why) {
    return new ApiException(AwsError.INVALID_REQUEST, why);
  }
}
