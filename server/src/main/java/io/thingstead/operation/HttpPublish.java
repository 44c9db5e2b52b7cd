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
    await(mine.broker().publish(message(call, in, topic, retain, payload)));
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
      Call call, PublishRequest in, Topic topic, boolean retain, byte[] payload) {
    int qos = in.qos() == null ? 0 : in.qos();
    if (qos < 0 || qos > 1) {
      throw invalid("qos is " + qos + "; over HTTPS it is 0 or 1");
    }
    long now = clock.millis();
    Long expiry = in.messageExpiry();
    Message message =
        Message.of(
            topic,
            payload,
            Qos.of(qos),
            new Origin(null, call.principal().id(), call.sourceIp(), 0),
            now);
    long expiresAtMillis = expiry == null ? Long.MAX_VALUE : now + Math.max(1, expiry) * MILLIS;
    return (retain ? message.retained() : message).with(properties(in), expiresAtMillis);
  }

  private static MessageProperties properties(PublishRequest in) {
    PayloadFormatIndicator format = in.payloadFormatIndicator();
    return new MessageProperties(
        format == null ? null : format == PayloadFormatIndicator.UTF8_DATA,
        in.contentType(),
        in.responseTopic(),
        correlation(in.correlationData()),
        UserPropertiesJson.read(in.userProperties()));
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
