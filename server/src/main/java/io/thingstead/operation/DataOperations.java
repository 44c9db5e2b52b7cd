package io.thingstead.operation;

import io.thingstead.account.Account;
import io.thingstead.api.iotdata.DeleteThingShadowResponse;
import io.thingstead.api.iotdata.GetRetainedMessageRequest;
import io.thingstead.api.iotdata.GetRetainedMessageResponse;
import io.thingstead.api.iotdata.GetThingShadowResponse;
import io.thingstead.api.iotdata.IotData;
import io.thingstead.api.iotdata.ListNamedShadowsForThingRequest;
import io.thingstead.api.iotdata.ListNamedShadowsForThingResponse;
import io.thingstead.api.iotdata.ListRetainedMessagesRequest;
import io.thingstead.api.iotdata.ListRetainedMessagesResponse;
import io.thingstead.api.iotdata.RetainedMessageSummary;
import io.thingstead.api.iotdata.UpdateThingShadowResponse;
import io.thingstead.authorize.Authorization;
import io.thingstead.authorize.ConnectionContext;
import io.thingstead.authorize.Decision;
import io.thingstead.authorize.DeniedException;
import io.thingstead.broker.RetainedMessage;
import io.thingstead.event.Reason;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.topic.InvalidTopicException;
import io.thingstead.model.topic.Topic;
import io.thingstead.shadow.Shadows;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The data plane over HTTPS: publishing, shadows, retained messages. */
final class DataOperations {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Function<Account, Features> features;
  private final HttpPublish publish;

  DataOperations(Function<Account, Features> features, InstantSource clock) {
    this.features = features;
    this.publish = new HttpPublish(features, clock);
  }

  void bind(OperationTable table) {
    table.on(IotData.PUBLISH, publish::publish);
    table.on(
        IotData.GET_THING_SHADOW,
        (call, in) -> {
          permit(call, "iot:GetThingShadow", thing(call, in.thingName(), in.shadowName()));
          return new GetThingShadowResponse(shadows(call).get(in.thingName(), in.shadowName()));
        });
    table.on(
        IotData.UPDATE_THING_SHADOW,
        (call, in) -> {
          permit(call, "iot:UpdateThingShadow", thing(call, in.thingName(), in.shadowName()));
          return new UpdateThingShadowResponse(
              shadows(call).update(in.thingName(), in.shadowName(), in.payload()));
        });
    table.on(
        IotData.DELETE_THING_SHADOW,
        (call, in) -> {
          permit(call, "iot:DeleteThingShadow", thing(call, in.thingName(), in.shadowName()));
          return new DeleteThingShadowResponse(
              shadows(call).delete(in.thingName(), in.shadowName()));
        });
    table.on(IotData.LIST_NAMED_SHADOWS_FOR_THING, this::listShadows);
    table.on(IotData.GET_RETAINED_MESSAGE, this::retained);
    table.on(IotData.LIST_RETAINED_MESSAGES, this::listRetained);
  }

  private Shadows shadows(Call call) {
    return features.apply(call.account()).shadows();
  }

  private static String thing(Call call, String name, @Nullable String shadow) {
    return call.account().arn("thing/" + name + (shadow == null ? "" : "/" + shadow));
  }

  private Authorization authorization(Call call) {
    return authorization(features.apply(call.account()), call);
  }

  static Authorization authorization(Features features, Call call) {
    return features
        .authorizer()
        .authorize(
            new ConnectionContext(
                call.account(),
                call.principal(),
                "",
                call.sourceIp(),
                call.transport().domainName()));
  }

  private void permit(Call call, String action, String resource) {
    require(authorization(call).decide(action, resource));
  }

  static void require(Decision decision) {
    if (decision instanceof Decision.Denied(_, Reason why)) {
      throw new DeniedException(AwsError.FORBIDDEN, "Forbidden: " + why, why);
    }
  }

  private ListNamedShadowsForThingResponse listShadows(
      Call call, ListNamedShadowsForThingRequest in) {
    permit(call, "iot:ListNamedShadowsForThing", thing(call, in.thingName(), null));
    int size = in.pageSize() == null ? Shadows.DEFAULT_PAGE : in.pageSize();
    JsonNode page = JSON.readTree(shadows(call).listNamed(in.thingName(), in.nextToken(), size));
    List<String> names = page.path("results").valueStream().map(JsonNode::asString).toList();
    JsonNode next = page.path("nextToken");
    return new ListNamedShadowsForThingResponse(
        names, next.isString() ? next.asString() : null, page.path("timestamp").asLong());
  }

  private GetRetainedMessageResponse retained(Call call, GetRetainedMessageRequest in) {
    permit(call, "iot:GetRetainedMessage", call.account().arn("topic/" + in.topic()));
    RetainedMessage found = features.apply(call.account()).broker().retained(topic(in.topic()));
    if (found == null) {
      throw new ApiException(
          AwsError.RESOURCE_NOT_FOUND, "no message is retained on topic " + in.topic());
    }
    return GetRetainedMessageResponse.builder()
        .topic(found.topic())
        .payload(found.payload())
        .qos(found.qos().ordinal())
        .lastModifiedTime(found.storedAtMillis())
        .userProperties(UserPropertiesJson.write(found.properties().userProperties()))
        .build();
  }

  static Topic topic(String text) {
    try {
      return new Topic(text);
    } catch (InvalidTopicException e) {
      throw new ApiException(AwsError.INVALID_REQUEST, String.valueOf(e.getMessage()));
    }
  }

  private ListRetainedMessagesResponse listRetained(Call call, ListRetainedMessagesRequest in) {
    permit(call, "iot:ListRetainedMessages", call.account().arn("topic/*"));
    int most = call.account().limits().api().retainedPage();
    int limit = in.maxResults() == null ? most : in.maxResults();
    if (limit > most) {
      throw new ApiException(
          AwsError.INVALID_REQUEST, "maxResults is 1 to " + most + ", not " + limit);
    }
    List<RetainedMessage> found =
        features.apply(call.account()).broker().retainedAfter(textOf(in.nextToken()), limit + 1);
    List<RetainedMessage> page = found.size() > limit ? found.subList(0, limit) : found;
    return new ListRetainedMessagesResponse(
        page.stream()
            .map(
                message ->
                    new RetainedMessageSummary(
                        message.topic(),
                        (long) message.payload().length,
                        message.qos().ordinal(),
                        message.storedAtMillis()))
            .toList(),
        found.size() > limit ? tokenOf(page.getLast().topic()) : null);
  }

  /** The token of the page that begins behind this text. */
  static String tokenOf(String topic) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(topic.getBytes(StandardCharsets.UTF_8));
  }

  /** The text that a token stands for. */
  static @Nullable String textOf(@Nullable String token) {
    if (token == null) {
      return null;
    }
    try {
      return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new ApiException(
          AwsError.INVALID_REQUEST, "nextToken is not one that this operation gave");
    }
  }
}
