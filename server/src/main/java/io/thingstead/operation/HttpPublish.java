package io.thingstead.operation;

import io.thingstead.account.Account;
import io.thingstead.api.iotdata.PayloadFormatIndicator;
import io.thingstead.api.iotdata.PublishRequest;
import io.thingstead.api.iotdata.PublishResponse;
import io.thingstead.authorize.Authorization;
import io.thingstead.broker.Message;
import io.thingstead.broker.MessageProperties;
import io.thingstead.broker.Origin;
import io.thingstead.broker.Qos;
import io.thingstead.http.Call;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Limits;
import io.thingstead.model.Profile;
import io.thingstead.model.topic.InvalidTopicException;
import io.thingstead.model.topic.ReservedTopics;
import io.thingstead.model.topic.Topic;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Base64;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Publishing by an HTTPS request; answered when a PUBACK would be. */
final class HttpPublish {
  private static final long MILLIS = 1000;

  private final Function<Account, Features> features;
  private final InstantSource clock;

  HttpPublish(Function<Account, Features> features, InstantSource clock) {
    this.features = features;
    this.clock = clock;
  }

  PublishResponse publish(Call call, PublishRequest in) {
    Features mine = features.apply(call.account());
    Profile profile = call.account().profile();
    Limits limits = Limits.of(profile);
    Topic topic = topic(in.topic(), limits, profile);
    boolean retain = Boolean.TRUE.equals(in.retain());
    byte[] payload = in.payload() == null ? new byte[0] : in.payload();
    if (payload.length > limits.messages().payloadBytes()) {
      throw new ApiException(
          AwsError.REQUEST_ENTITY_TOO_LARGE,
          "the payload has "
              + payload.length
              + " bytes; the limit is "
              + limits.messages().payloadBytes());
    }
    Authorization may = DataOperations.authorization(mine, call);
    DataOperations.require(may.publish(topic.text()));
    if (retain) {
      if (!ReservedTopics.mayRetain(topic, profile)) {
        throw invalid("nothing can be retained on the reserved topic " + topic);
      }
      DataOperations.require(may.retain(topic.text()));
    }
    MessageProperties properties = properties(in, limits);
    await(mine.broker().publish(message(call, in, topic, retain, payload, properties, limits)));
    return new PublishResponse("OK", call.requestId());
  }

  private static Topic topic(String text, Limits limits, Profile profile) {
    Topic topic;
    try {
      topic = Topic.parse(text, limits.topics());
    } catch (InvalidTopicException e) {
      throw invalid(String.valueOf(e.getMessage()));
    }
    if (!ReservedTopics.mayPublish(topic, profile)) {
      throw invalid("clients may not publish on the reserved topic " + topic);
    }
    return topic;
  }

  private Message message(
      Call call,
      PublishRequest in,
      Topic topic,
      boolean retain,
      byte[] payload,
      MessageProperties properties,
      Limits limits) {
    int qos = in.qos() == null ? 0 : in.qos();
    if (qos < 0 || qos > 1) {
      throw invalid("qos is " + qos + "; over HTTPS it is 0 or 1");
    }
    long now = clock.millis();
    Message message =
        Message.of(
            topic,
            payload,
            Qos.of(qos),
            new Origin(null, call.principal().id(), call.sourceIp(), 0),
            now);
    return (retain ? message.retained() : message)
        .with(properties, expiresAt(in.messageExpiry(), now, limits));
  }

  /** The cloud takes 0 for 1 and has a limit, as over MQTT. */
  private static long expiresAt(@Nullable Long seconds, long now, Limits limits) {
    if (seconds == null) {
      return Long.MAX_VALUE;
    }
    if (seconds < 0) {
      throw invalid("messageExpiry is " + seconds + "; it is seconds, 0 or more");
    }
    return now + Math.clamp(seconds, 1, limits.messages().expirySeconds()) * MILLIS;
  }

  private static MessageProperties properties(PublishRequest in, Limits limits) {
    PayloadFormatIndicator format = in.payloadFormatIndicator();
    MessageProperties properties =
        new MessageProperties(
            format == null ? null : format == PayloadFormatIndicator.UTF8_DATA,
            in.contentType(),
            responseTopic(in.responseTopic(), limits),
            correlation(in.correlationData()),
            UserPropertiesJson.read(in.userProperties()));
    byte[] correlation = properties.correlationData();
    atMost("contentType", bytes(in.contentType()), limits.messages().contentTypeBytes());
    atMost(
        "correlationData",
        correlation == null ? 0 : correlation.length,
        limits.messages().correlationDataBytes());
    int user = 0;
    for (MessageProperties.UserProperty each : properties.userProperties()) {
      user += bytes(each.name()) + bytes(each.value());
    }
    atMost("userProperties", user, limits.messages().userPropertiesBytes());
    return properties;
  }

  private static @Nullable String responseTopic(@Nullable String text, Limits limits) {
    if (text == null) {
      return null;
    }
    try {
      return Topic.parse(text, limits.topics()).text();
    } catch (InvalidTopicException e) {
      throw invalid("responseTopic: " + e.getMessage());
    }
  }

  private static int bytes(@Nullable String text) {
    return text == null ? 0 : text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static void atMost(String what, int bytes, int most) {
    if (bytes > most) {
      throw invalid(what + " has " + bytes + " bytes; the limit is " + most);
    }
  }

  private static byte @Nullable [] correlation(@Nullable String base64) {
    try {
      return base64 == null ? null : Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw invalid("correlationData is not Base64");
    }
  }

  private static void await(CompletionStage<Void> published) {
    try {
      published.toCompletableFuture().join();
    } catch (CompletionException e) {
      throw new ApiException(
          AwsError.SERVICE_UNAVAILABLE,
          "the message could not be stored for all who must get it: " + e.getCause());
    }
  }

  private static ApiException invalid(String why) {
    return new ApiException(AwsError.INVALID_REQUEST, why);
  }
}
