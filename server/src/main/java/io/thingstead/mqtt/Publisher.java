package io.thingstead.mqtt;

import io.netty.buffer.ByteBuf;
import io.thingstead.authorize.Authorization;
import io.thingstead.authorize.Decision;
import io.thingstead.broker.Broker;
import io.thingstead.broker.DisconnectReason;
import io.thingstead.broker.Inbound;
import io.thingstead.broker.Origin;
import io.thingstead.broker.Outcome;
import io.thingstead.broker.Qos;
import io.thingstead.broker.Receipt;
import io.thingstead.event.Reason;
import io.thingstead.model.Limits;
import io.thingstead.model.Profile;
import io.thingstead.model.topic.InvalidTopicException;
import org.jspecify.annotations.Nullable;

/** What one client publishes: checked, routed, acknowledged when it is safe. */
final class Publisher {
  private static final Explanation OVER_QUOTA =
      Explanation.of("a queue that must keep the message is full, or the disk is");
  private static final Explanation UNAVAILABLE =
      Explanation.of("who must keep the message cannot do so now");

  private final Connection connection;
  private final Broker broker;
  private final Authorization authorization;
  private final Limits.Messages limits;
  private final TopicCache topics;
  private final Acks acks = new Acks(this::acknowledge);
  private final Origin origin;
  private final PublishLimits sizes;
  private final InboundAliases aliases;
  private final @Nullable Pace pace;

  Publisher(Connection connection, Broker broker, Authorization authorization) {
    this.connection = connection;
    this.broker = broker;
    this.authorization = authorization;
    this.limits = connection.limits().messages();
    this.sizes = new PublishLimits(limits);
    this.aliases = new InboundAliases(limits.topicAliases());
    this.topics = new TopicCache(broker, connection.profile(), connection.limits().topics());
    this.pace = Pace.of(connection, limits, broker.rates());
    var principal = connection.transport().principal();
    this.origin =
        new Origin(
            connection.session().clientId(),
            principal == null ? null : principal.inRules(),
            connection.transport().remote().getAddress(),
            0);
  }

  Broker broker() {
    return broker;
  }

  /**
   * Takes a PUBLISH.
   *
   * @throws PacketException when it ends the connection
   */
  void publish(Publish packet) {
    sizes.check(packet);
    if (packet.qos() != Qos.AT_MOST_ONCE) {
      checkWindow(packet);
    }
    TopicCache.Slot slot;
    try {
      slot =
          packet.properties().topicAlias() == 0
              ? topics.get(packet.buffer(), packet.topicStart(), packet.topicLength())
              : aliases.slot(packet, topics);
    } catch (InvalidTopicException e) {
      connection.count(e.limit());
      Reason why = Reason.of(String.valueOf(e.getMessage()));
      refuse(packet, packet.topic(), ReasonCode.TOPIC_NAME_INVALID, why);
      return;
    }
    if (!permitted(packet, slot) || tooFast(packet, slot)) {
      return;
    }
    switch (packet.qos()) {
      case AT_MOST_ONCE -> route(packet, slot);
      case AT_LEAST_ONCE -> atLeastOnce(packet, slot);
      case EXACTLY_ONCE -> exactlyOnce(packet, slot);
    }
  }

  private void checkWindow(Publish packet) {
    if (packet.qos() == Qos.EXACTLY_ONCE && connection.profile() == Profile.AWS) {
      throw new PacketException(
          ReasonCode.QOS_NOT_SUPPORTED, "QoS 2 is not supported (profile AWS)");
    }
    int open = acks.atLeastOnce() + connection.session().inbound().count();
    if (open < limits.unackedIn() || !connection.is5()) {
      return;
    }
    boolean again =
        packet.qos() == Qos.EXACTLY_ONCE && connection.session().inbound().knows(packet.packetId());
    if (!again) {
      throw new PacketException(
          ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
          "messages.unackedIn",
          "more than " + limits.unackedIn() + " messages without an answer [MQTT-3.3.4-7]");
    }
  }

  private boolean permitted(Publish packet, TopicCache.Slot slot) {
    if (slot.reserved != null) {
      refuse(packet, name(slot), ReasonCode.TOPIC_NAME_INVALID, Reason.of(slot.reserved));
      return false;
    }
    if (slot.publish(authorization) instanceof Decision.Denied(_, Reason why)) {
      refuse(packet, name(slot), ReasonCode.NOT_AUTHORIZED, why);
      return false;
    }
    if (!packet.retain()) {
      return true;
    }
    if (slot.retainReserved) {
      refuse(
          packet,
          name(slot),
          ReasonCode.TOPIC_NAME_INVALID,
          Reason.of("nothing is retained on reserved topics"));
      return false;
    }
    if (slot.retain(authorization) instanceof Decision.Denied(_, Reason why)) {
      refuse(packet, name(slot), ReasonCode.NOT_AUTHORIZED, why);
      return false;
    }
    return true;
  }

  private boolean tooFast(Publish packet, TopicCache.Slot slot) {
    String exceeded = pace == null ? null : pace.exceeds(packet);
    if (exceeded == null && packet.retain() && packet.payloadLength() > 0) {
      exceeded = broker.exceedsRetained(name(slot), connection.lane().nowMillis());
    }
    if (exceeded == null) {
      return false;
    }
    String why = "it is more than the limit " + exceeded + " allows";
    connection.exceeded(exceeded, name(slot), why);
    if (packet.qos() != Qos.AT_MOST_ONCE) {
      answer(packet, ReasonCode.QUOTA_EXCEEDED, why);
    }
    return true;
  }

  private static String name(TopicCache.Slot slot) {
    return slot.entry.topic().text();
  }

  /** MQTT 3 closes; MQTT 5 answers a publish that has an answer, and closes else. */
  private void refuse(Publish packet, String topic, ReasonCode reason, Reason why) {
    connection.refused("publish", connection.session().clientId(), topic, why);
    if (packet.qos() == Qos.AT_MOST_ONCE) {
      connection.fail(reason, why.text());
    } else {
      answer(packet, reason, why.text());
    }
  }

  /** MQTT 3 cannot say no. */
  private void answer(Publish packet, ReasonCode reason, String why) {
    if (!connection.is5()) {
      connection.fail(end(reason), reason, why);
      return;
    }
    boolean exactlyOnce = packet.qos() == Qos.EXACTLY_ONCE;
    acks.done(acks.add(packet.packetId(), exactlyOnce), reason, Explanation.of(why));
  }

  private @Nullable Receipt route(Publish packet, TopicCache.Slot slot) {
    return broker.publish(
        connection.session(),
        slot.entry,
        packet.buffer(),
        packet.payloadStart(),
        packet.payloadLength(),
        packet.qos(),
        packet.retain(),
        expiresAt(packet.properties()),
        packet.properties().message(),
        origin);
  }

  private long expiresAt(PublishProperties properties) {
    long seconds = properties.expirySeconds();
    if (seconds < 0) {
      return Long.MAX_VALUE;
    }
    return connection.lane().nowMillis() + sizes.lifetimeSeconds(seconds) * 1000;
  }

  private void atLeastOnce(Publish packet, TopicCache.Slot slot) {
    int packetId = packet.packetId();
    Receipt receipt = route(packet, slot);
    if (receipt == null && acks.isEmpty()) {
      connection.encoder().pubAck(connection.out(4), packetId);
      return;
    }
    Acks.Pending ack = acks.add(packetId, false);
    if (receipt == null) {
      acks.done(ack, ReasonCode.SUCCESS, Explanation.NONE);
    } else {
      receipt.seal(outcome -> settled(ack, outcome));
      hold();
    }
  }

  /** MQTT 3 has no Receive Maximum: the client is read again when enough is acknowledged. */
  private void hold() {
    if (acks.count() >= limits.unackedIn()) {
      connection.pause();
    }
  }

  private void settled(Acks.Pending ack, Outcome outcome) {
    if (connection.open()) {
      switch (outcome) {
        case ACCEPTED -> acks.done(ack, ReasonCode.SUCCESS, Explanation.NONE);
        case OVER_QUOTA -> acks.done(ack, ReasonCode.QUOTA_EXCEEDED, OVER_QUOTA);
        case UNAVAILABLE -> acks.done(ack, ReasonCode.UNSPECIFIED_ERROR, UNAVAILABLE);
      }
      if (acks.count() < limits.unackedIn() && (pace == null || !pace.holding())) {
        connection.resume();
      }
    }
  }

  private void exactlyOnce(Publish packet, TopicCache.Slot slot) {
    var inbound = connection.session().inbound();
    int packetId = packet.packetId();
    if (inbound.knows(packetId)) {
      // Sent again: routed once already [MQTT-4.3.3-10].
      Acks.Pending again = acks.add(packetId, true);
      inbound.again(packetId, outcome -> settled(again, outcome));
      return;
    }
    Acks.Pending ack = acks.add(packetId, true);
    ByteBuf payload = packet.buffer();
    broker.publishOnce(
        connection.session(),
        packetId,
        slot.entry,
        payload,
        packet.payloadStart(),
        packet.payloadLength(),
        packet.retain(),
        expiresAt(packet.properties()),
        packet.properties().message(),
        origin,
        outcome -> settled(ack, outcome));
    hold();
  }

  private void acknowledge(Acks.Pending ack) {
    ReasonCode reason = ack.reason();
    if (reason == ReasonCode.SUCCESS) {
      if (ack.exactlyOnce) {
        connection.encoder().pubRec(connection.out(4), ack.packetId);
      } else {
        connection.encoder().pubAck(connection.out(4), ack.packetId);
      }
    } else if (connection.is5()) {
      connection.send(
          ack.exactlyOnce
              ? new PubRec(ack.packetId, reason, ack.explanation())
              : new PubAck(ack.packetId, reason, ack.explanation()));
    } else {
      // MQTT 3 cannot say no. Without an answer the client sends it again when it comes back.
      connection.fail(end(reason), reason, "publish " + ack.packetId + " could not be kept");
    }
  }

  private static DisconnectReason end(ReasonCode reason) {
    return reason == ReasonCode.QUOTA_EXCEEDED
        ? DisconnectReason.THROTTLED
        : Farewell.reason(reason);
  }

  /** Answers PUBREL. */
  void release(int packetId) {
    connection.session().inbound().release(packetId, how -> released(packetId, how));
  }

  /** Hears that a release is durable, or cannot be. */
  private void released(int packetId, Inbound.Released how) {
    if (!connection.open()) {
      return;
    }
    switch (how) {
      case KNOWN -> connection.encoder().pubComp(connection.out(4), packetId);
      case UNKNOWN ->
          connection.send(
              new PubComp(packetId, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND, Explanation.NONE));
      case UNAVAILABLE ->
          connection.fail(ReasonCode.SERVER_UNAVAILABLE, "the store is not available");
    }
  }
}
