package io.thingstead.operation;

import io.thingstead.account.Account;
import io.thingstead.account.Rate;
import io.thingstead.account.RateByKey;
import io.thingstead.api.Empty;
import io.thingstead.api.iotdata.DeleteConnectionRequest;
import io.thingstead.api.iotdata.GetConnectionRequest;
import io.thingstead.api.iotdata.GetConnectionResponse;
import io.thingstead.api.iotdata.IotData;
import io.thingstead.api.iotdata.ListSubscriptionsRequest;
import io.thingstead.api.iotdata.ListSubscriptionsResponse;
import io.thingstead.api.iotdata.SendDirectMessageRequest;
import io.thingstead.api.iotdata.SendDirectMessageResponse;
import io.thingstead.api.iotdata.Subscription;
import io.thingstead.broker.Counters;
import io.thingstead.broker.DirectOutcome;
import io.thingstead.broker.DisconnectReason;
import io.thingstead.broker.Remote;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Limits;
import io.thingstead.model.topic.Topic;
import io.thingstead.presence.ClientDescription;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/**
 * Clients, looked at and reached over HTTPS: GetConnection, ListSubscriptions, DeleteConnection and
 * SendDirectMessage (developer guide, "Manage MQTT connections" and "Direct Messaging").
 */
final class ConnectionOperations {
  private static final int CONFIRMATION_SECONDS = 5;
  private static final int SUBSCRIPTIONS_MAX = 200;

  private final Function<Account, Features> features;
  private final InstantSource clock;
  private final CallRate rate;

  ConnectionOperations(Function<Account, Features> features, InstantSource clock) {
    this.features = features;
    this.clock = clock;
    this.rate = new CallRate(clock);
  }

  void bind(OperationTable table) {
    table.on(IotData.GET_CONNECTION, this::get);
    table.on(IotData.LIST_SUBSCRIPTIONS, this::subscriptions);
    table.on(
        IotData.DELETE_CONNECTION,
        (call, in) -> {
          delete(call, in);
          return new Empty();
        });
    table.on(IotData.SEND_DIRECT_MESSAGE, this::send);
  }

  private GetConnectionResponse get(Call call, GetConnectionRequest in) {
    boolean sockets = Boolean.TRUE.equals(in.includeSocketInformation());
    Features mine =
        permitted(
            call,
            "GetConnection",
            in.clientId(),
            Map.of("iot:IncludeSocketInformation", Boolean.toString(sockets)));
    count(call, "GetConnection", in.clientId());
    ClientDescription found =
        await(mine.presence().known().describe(in.clientId()))
            .orElseThrow(() -> unknown(in.clientId()));
    DisconnectReason reason = found.disconnectReason();
    GetConnectionResponse.Builder out =
        GetConnectionResponse.builder()
            .clientId(found.clientId())
            .connected(found.connected())
            .cleanSession(found.cleanSession())
            .disconnectedSince(found.disconnectedSinceMillis())
            .disconnectReason(reason == null ? null : reason.name())
            .sessionExpiry(found.session() == null ? 0L : found.session().expirySeconds());
    ClientDescription.Connection connection = found.connection();
    if (connection == null) {
      return out.build();
    }
    out.thingName(connection.thingName()).keepAliveDuration(connection.keepAliveSeconds());
    if (found.connected()) {
      out.connectedSince(connection.sinceMillis());
    }
    if (sockets) {
      out.sourceIp(ClientDescription.text(connection.remote()))
          .sourcePort(connection.remote().getPort())
          .targetIp(ClientDescription.text(connection.local()))
          .targetPort(connection.local().getPort());
    }
    return out.build();
  }

  private ListSubscriptionsResponse subscriptions(Call call, ListSubscriptionsRequest in) {
    Features mine = permitted(call, "ListSubscriptions", in.clientId(), Map.of());
    count(call, "ListSubscriptions", in.clientId());
    int limit = in.maxResults() == null ? limits(call).api().subscriptionsPage() : in.maxResults();
    if (limit < 1 || limit > SUBSCRIPTIONS_MAX) {
      throw invalid("maxResults is 1 to " + SUBSCRIPTIONS_MAX + ", not " + limit);
    }
    String after = DataOperations.textOf(in.nextToken());
    List<Remote.Held> rest =
        await(mine.broker().remote().subscriptions(in.clientId()))
            .orElseThrow(() -> unknown(in.clientId()))
            .stream()
            .filter(held -> after == null || held.filter().compareTo(after) > 0)
            .toList();
    List<Remote.Held> page = rest.subList(0, Math.min(limit, rest.size()));
    return new ListSubscriptionsResponse(
        page.stream().map(held -> new Subscription(held.filter(), held.qos().ordinal())).toList(),
        rest.size() > limit ? DataOperations.tokenOf(page.getLast().filter()) : null);
  }

  private void delete(Call call, DeleteConnectionRequest in) {
    Features mine = permitted(call, "DeleteConnection", in.clientId(), Map.of());
    count(call, "DeleteConnection", in.clientId());
    boolean there =
        await(
            mine.broker()
                .remote()
                .disconnect(
                    in.clientId(),
                    Boolean.TRUE.equals(in.cleanSession()),
                    Boolean.TRUE.equals(in.preventWillMessage())));
    if (!there) {
      throw unknown(in.clientId());
    }
  }

  private SendDirectMessageResponse send(Call call, SendDirectMessageRequest in) {
    Features mine =
        permitted(call, "SendDirectMessage", in.clientId(), Map.of("iot:Topic", in.topic()));
    MessageSizes sizes = new MessageSizes(limits(call));
    Topic topic = sizes.topic(in.topic());
    if (call.account().profile().reservesTopics() && in.topic().startsWith("$")) {
      throw invalid("a direct message cannot be sent on the reserved topic " + topic);
    }
    byte[] payload = sizes.payload(in.payload());
    Rate rateOfAll = mine.broker().rates().directMessages();
    if (rateOfAll != null && rateOfAll.take(clock.millis(), 1) > 0) {
      mine.broker().counters().exceeded("api.directMessagesPerSecond");
      throw new ApiException(
          AwsError.THROTTLING, "it is more than api.directMessagesPerSecond allows");
    }
    int longest = limits(call).api().confirmationSeconds();
    int seconds = in.timeout() == null ? Math.min(CONFIRMATION_SECONDS, longest) : in.timeout();
    if (seconds > longest) {
      throw invalid("timeout is 1 to " + longest + " seconds, not " + seconds);
    }
    DirectOutcome outcome =
        await(
            mine.broker()
                .remote()
                .send(
                    in.clientId(),
                    topic,
                    payload,
                    sizes.properties(
                        in.payloadFormatIndicator(),
                        in.contentType(),
                        in.responseTopic(),
                        in.correlationData(),
                        in.userProperties()),
                    Boolean.TRUE.equals(in.confirmation()) ? seconds : 0));
    check(outcome, in.clientId(), topic, seconds);
    return new SendDirectMessageResponse("OK", call.requestId());
  }

  private static void check(DirectOutcome outcome, String clientId, Topic topic, int seconds) {
    switch (outcome) {
      case DONE -> {}
      case UNKNOWN -> throw unknown(clientId);
      case AWAY ->
          throw new ApiException(
              AwsError.RESOURCE_NOT_FOUND,
              "client "
                  + clientId
                  + " is not connected; its session is kept, but direct messages are not queued");
      case FORBIDDEN ->
          throw new ApiException(
              AwsError.FORBIDDEN,
              "the policies of client " + clientId + " do not allow iot:Receive on " + topic);
      case TOO_LARGE ->
          throw new ApiException(
              AwsError.REQUEST_ENTITY_TOO_LARGE,
              "the message is larger than the Maximum Packet Size of client " + clientId);
      case BUSY ->
          throw new ApiException(
              AwsError.THROTTLING,
              "client " + clientId + " does not take what was sent to it before");
      case UNCONFIRMED ->
          throw new ApiException(
              AwsError.GATEWAY_TIMEOUT,
              "client "
                  + clientId
                  + " did not acknowledge the message within "
                  + seconds
                  + " s, or its connection ended before");
    }
  }

  private Features permitted(
      Call call, String operation, String clientId, Map<String, String> facts) {
    if (call.account().profile().reservesTopics() && clientId.startsWith("$")) {
      throw invalid("a client id does not begin with $");
    }
    Features mine = features.apply(call.account());
    DataOperations.require(
        DataOperations.authorization(mine, call)
            .decide("iot:" + operation, call.account().arn("client/" + clientId), facts));
    return mine;
  }

  private void count(Call call, String operation, String clientId) {
    RateByKey ofAll = features.apply(call.account()).broker().rates().calls();
    Counters counters = features.apply(call.account()).broker().counters();
    if (ofAll != null && !ofAll.take(operation, clock.millis())) {
      counters.exceeded("api.perSecond");
      throw new ApiException(
          AwsError.THROTTLING,
          operation + " may be called " + limits(call).api().perSecond() + " times a second");
    }
    int perClient = limits(call).api().perClientPerSecond();
    if (!rate.allows(call.account().id().digits(), operation, clientId, perClient)) {
      counters.exceeded("api.perClientPerSecond");
      throw new ApiException(
          AwsError.THROTTLING,
          operation + " may be called " + perClient + " times a second for one client");
    }
  }

  private static Limits limits(Call call) {
    return call.account().limits();
  }

  private static <T> T await(CompletableFuture<T> answer) {
    try {
      return answer.join();
    } catch (CompletionException e) {
      throw new ApiException(
          AwsError.INTERNAL_FAILURE, "the server could not do it now: " + e.getCause());
    }
  }

  private static ApiException unknown(String clientId) {
    return new ApiException(
        AwsError.RESOURCE_NOT_FOUND,
        "client " + clientId + " is not connected, and no session is kept for it");
  }

  private static ApiException invalid(String why) {
    return new ApiException(AwsError.INVALID_REQUEST, why);
  }
}
