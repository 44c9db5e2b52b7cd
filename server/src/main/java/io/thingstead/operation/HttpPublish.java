package io.thingstead.operation;

import io.thingstead.account.Account;
import io.thingstead.account.Rate;
import io.thingstead.api.iotdata.PublishRequest;
import io.thingstead.api.iotdata.PublishResponse;
import io.thingstead.authorize.Authorization;
import io.thingstead.broker.Broker;
import io.thingstead.broker.Message;
import io.thingstead.broker.MessageProperties;
import io.thingstead.broker.Origin;
import io.thingstead.broker.Qos;
import io.thingstead.http.Call;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Limits;
import io.thingstead.model.Profile;
import io.thingstead.model.topic.ReservedTopics;
import io.thingstead.model.topic.Topic;
import java.time.InstantSource;
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
    Limits limits = call.account().limits();
    MessageSizes sizes = new MessageSizes(limits);
    Topic topic = sizes.topic(in.topic());
    if (!ReservedTopics.mayPublish(topic, profile)) {
      throw invalid("clients may not publish on the reserved topic " + topic);
    }
    boolean retain = Boolean.TRUE.equals(in.retain());
    byte[] payload = sizes.payload(in.payload());
    Authorization may = DataOperations.authorization(mine, call);
    DataOperations.require(may.publish(topic.text()));
    if (retain) {
      if (!ReservedTopics.mayRetain(topic, profile)) {
        throw invalid("nothing can be retained on the reserved topic " + topic);
      }
      DataOperations.require(may.retain(topic.text()));
    }
    MessageProperties properties =
        sizes.properties(
            in.payloadFormatIndicator(),
            in.contentType(),
            in.responseTopic(),
            in.correlationData(),
            in.userProperties());
    requirePace(mine.broker(), topic, retain && payload.length > 0);
    await(mine.broker().publish(message(call, in, topic, retain, payload, properties, limits)));
    return new PublishResponse("OK", call.requestId());
  }

  private void requirePace(Broker broker, Topic topic, boolean retained) {
    long now = clock.millis();
    Rate in = broker.rates().in();
    String exceeded = in != null && in.take(now, 1) > 0 ? "messages.inPerSecond" : null;
    if (exceeded == null && retained) {
      exceeded = broker.exceedsRetained(topic.text(), now);
    }
    if (exceeded != null) {
      broker.counters().exceeded(exceeded);
      throw new ApiException(
          AwsError.THROTTLING, "it is more than the limit " + exceeded + " allows");
    }
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
            new Origin(null, call.principal().inRules(), call.sourceIp(), 0),
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
