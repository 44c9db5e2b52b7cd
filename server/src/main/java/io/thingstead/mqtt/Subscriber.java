package io.thingstead.mqtt;

import io.thingstead.authorize.Authorization;
import io.thingstead.authorize.Decision;
import io.thingstead.broker.Broker;
import io.thingstead.broker.Qos;
import io.thingstead.broker.Session;
import io.thingstead.broker.Subscribing;
import io.thingstead.event.Reason;
import io.thingstead.identity.Principal;
import io.thingstead.model.Limits;
import io.thingstead.model.Profile;
import io.thingstead.model.topic.InvalidTopicException;
import io.thingstead.model.topic.ReservedTopics;
import io.thingstead.model.topic.SharedFilter;
import io.thingstead.model.topic.TopicFilter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What one client subscribes to. */
final class Subscriber {
  private final Connection connection;
  private final Broker broker;
  private final Authorization authorization;
  private final Limits limits;

  Subscriber(Connection connection, Broker broker, Authorization authorization) {
    this.connection = connection;
    this.broker = broker;
    this.authorization = authorization;
    this.limits = connection.limits();
  }

  void subscribe(Subscribe packet) {
    if (!accepts(packet)) {
      return;
    }
    List<Subscribe.Request> requests = packet.requests();
    List<ReasonCode> reasons =
        new ArrayList<>(Collections.nCopies(requests.size(), ReasonCode.UNSPECIFIED_ERROR));
    List<Made> made = new ArrayList<>();
    Refused refused = new Refused(reasons);
    // One more than there are, so that SUBACK goes when all were looked at.
    int[] open = {requests.size() + 1};
    Session session = connection.session();
    for (int i = 0; i < requests.size(); i++) {
      int at = i;
      Subscribing wanted =
          check(requests.get(i), packet.properties().subscriptionIdentifier(), at, refused);
      if (wanted == null) {
        open[0]--;
        continue;
      }
      boolean fresh = !session.subscribed(wanted.text());
      broker
          .clients()
          .subscriptions()
          .subscribe(
              session,
              wanted,
              outcome -> {
                switch (outcome) {
                  case ACCEPTED -> {
                    reasons.set(at, granted(wanted.qos()));
                    made.add(new Made(wanted, fresh));
                  }
                  case OVER_QUOTA ->
                      refuse(
                          wanted.text(),
                          at,
                          refused,
                          ReasonCode.QUOTA_EXCEEDED,
                          "the account has as many shared groups as"
                              + " subscriptions.groupsPerAccount allows, or this one as many"
                              + " members as subscriptions.membersPerGroup");
                  case UNAVAILABLE -> {}
                }
                answer(packet, session, refused, made, open);
              });
    }
    answer(packet, session, refused, made, open);
  }

  /** The reasons of all filters, and why the first was refused. */
  private static final class Refused {
    private final List<ReasonCode> reasons;
    private Explanation explanation = Explanation.NONE;

    Refused(List<ReasonCode> reasons) {
      this.reasons = reasons;
    }

    void add(int at, ReasonCode reason, String why) {
      reasons.set(at, reason);
      if (explanation.equals(Explanation.NONE)) {
        explanation = Explanation.of(why);
      }
    }
  }

  private record Made(Subscribing wanted, boolean fresh) {}

  private void answer(
      Subscribe packet, Session session, Refused refused, List<Made> made, int[] open) {
    if (--open[0] > 0 || !connection.open()) {
      return;
    }
    connection.send(new SubAck(packet.packetId(), refused.reasons, refused.explanation));
    connection.visit().subscribed(() -> made.stream().map(one -> one.wanted.text()).toList());
    for (Made one : made) {
      broker.clients().subscriptions().sendRetained(session, one.wanted, one.fresh);
    }
  }

  private static ReasonCode granted(Qos qos) {
    return switch (qos) {
      case AT_MOST_ONCE -> ReasonCode.SUCCESS;
      case AT_LEAST_ONCE -> ReasonCode.GRANTED_QOS_1;
      case EXACTLY_ONCE -> ReasonCode.GRANTED_QOS_2;
    };
  }

  private boolean accepts(Subscribe packet) {
    if (packet.requests().size() > limits.subscriptions().perPacket()) {
      String why =
          "more than %d filters in one SUBSCRIBE".formatted(limits.subscriptions().perPacket());
      connection.count("subscriptions.perPacket");
      connection.refused("subscribe", connection.session().clientId(), "", why);
      connection.fail(ReasonCode.QUOTA_EXCEEDED, why);
      return false;
    }
    if (connection.profile() != Profile.AWS) {
      return true;
    }
    if (packet.properties().subscriptionIdentifier() != 0) {
      connection.fail(
          ReasonCode.SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED,
          "subscription identifiers are not supported (profile AWS)");
      return false;
    }
    if (packet.requests().stream().anyMatch(r -> r.maximumQos() == Qos.EXACTLY_ONCE)) {
      connection.fail(ReasonCode.QOS_NOT_SUPPORTED, "QoS 2 is not supported (profile AWS)");
      return false;
    }
    return true;
  }

  /** The subscription, if it may be made; else its reason is set and null returned. */
  private @Nullable Subscribing check(
      Subscribe.Request request, int identifier, int at, Refused reasons) {
    String text = request.filter();
    String share = null;
    TopicFilter filter;
    try {
      if (SharedFilter.isShared(text)) {
        SharedFilter shared = SharedFilter.parse(text, limits);
        share = shared.share();
        filter = shared.filter();
      } else {
        filter = TopicFilter.parse(text, limits.topics());
      }
    } catch (InvalidTopicException e) {
      connection.count(e.limit());
      return refuse(
          text, at, reasons, ReasonCode.TOPIC_FILTER_INVALID, String.valueOf(e.getMessage()));
    }
    boolean own =
        share == null
            && ReservedTopics.isAdministrators(filter)
            && connection.transport().principal() instanceof Principal.AccessKey key
            && key.administrator();
    if (!own && !ReservedTopics.maySubscribe(filter, connection.profile())) {
      return refuse(
          text,
          at,
          reasons,
          ReasonCode.TOPIC_FILTER_INVALID,
          "clients may not subscribe to the reserved topics of " + text);
    }
    int most = limits.subscriptions().perConnection();
    Session session = connection.session();
    if (session.subscriptionCount() >= most && !session.subscribed(text)) {
      connection.count("subscriptions.perConnection");
      return refuse(
          text, at, reasons, ReasonCode.QUOTA_EXCEEDED, "more than " + most + " subscriptions");
    }
    if (authorization.subscribe(text) instanceof Decision.Denied(_, Reason why)) {
      return refuse(text, at, reasons, ReasonCode.NOT_AUTHORIZED, why);
    }
    String exceeded = broker.clients().subscriptions().exceeds(session, text);
    if (exceeded != null) {
      broker.counters().exceeded(exceeded);
      return refuse(
          text,
          at,
          reasons,
          ReasonCode.QUOTA_EXCEEDED,
          "it is more than the limit " + exceeded + " allows");
    }
    return new Subscribing(
        text,
        filter,
        share,
        request.maximumQos(),
        request.noLocal(),
        request.retainAsPublished(),
        switch (request.retainHandling()) {
          case SEND -> Subscribing.Retained.SEND;
          case SEND_IF_NEW -> Subscribing.Retained.SEND_IF_NEW;
          case DO_NOT_SEND -> Subscribing.Retained.DO_NOT_SEND;
        },
        identifier);
  }

  private @Nullable Subscribing refuse(
      String text, int at, Refused reasons, ReasonCode reason, String why) {
    return refuse(text, at, reasons, reason, Reason.of(why));
  }

  private @Nullable Subscribing refuse(
      String text, int at, Refused reasons, ReasonCode reason, Reason why) {
    reasons.add(at, reason, why.text());
    connection.refused("subscribe", connection.session().clientId(), text, why);
    return null;
  }

  void unsubscribe(Unsubscribe packet) {
    List<ReasonCode> reasons = new ArrayList<>();
    int[] open = {packet.filters().size() + 1};
    boolean[] failed = {false};
    Session session = connection.session();
    for (String filter : packet.filters()) {
      boolean known =
          broker
              .clients()
              .subscriptions()
              .unsubscribe(
                  session,
                  filter,
                  durable -> {
                    failed[0] |= !durable;
                    answer(packet, reasons, open, failed);
                  });
      reasons.add(known ? ReasonCode.SUCCESS : ReasonCode.NO_SUBSCRIPTION_EXISTED);
    }
    answer(packet, reasons, open, failed);
  }

  private static List<String> ended(List<String> filters, List<ReasonCode> reasons) {
    return IntStream.range(0, filters.size())
        .filter(i -> reasons.get(i) == ReasonCode.SUCCESS)
        .mapToObj(filters::get)
        .toList();
  }

  private void answer(Unsubscribe packet, List<ReasonCode> reasons, int[] open, boolean[] failed) {
    if (--open[0] > 0 || !connection.open()) {
      return;
    }
    if (failed[0]) {
      connection.fail(ReasonCode.SERVER_UNAVAILABLE, "the store is not available");
    } else {
      connection.send(new UnsubAck(packet.packetId(), reasons, Explanation.NONE));
      connection.visit().unsubscribed(() -> ended(packet.filters(), reasons));
    }
  }
}
