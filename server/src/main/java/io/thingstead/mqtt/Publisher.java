package io.thingstead.mqtt;

import io.netty.buffer.ByteBuf;
import io.thingstead.authorize.Authorization;
import io.thingstead.authorize.Decision;
import io.thingstead.broker.Broker;
import io.thingstead.broker.MessageProperties;
import io.thingstead.broker.Origin;
import io.thingstead.broker.Outcome;
import io.thingstead.broker.Qos;
import io.thingstead.broker.Receipt;
import io.thingstead.model.Limits;
import io.thingstead.model.Profile;
import io.thingstead.model.topic.InvalidTopicException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What one client publishes: checked, routed, acknowledged when it is safe. */
final class Publisher {
  private final Connection connection;
  private final Broker broker;
  private final Authorization authorization;
  private final Limits.Messages limits;
  private final TopicCache topics;
  private final Acks acks = new Acks(this::acknowledge);
  private final Origin origin;
  private TopicCache.@Nullable Slot[] aliases = {};

  Publisher(Connection connection, Broker broker, Authorization authorization) {
    this.connection = connection;
    this.broker = broker;
    this.authorization = authorization;
    this.limits = connection.limits().messages();
    this.topics = new TopicCache(broker, connection.profile(), connection.limits().topics());
    var principal = connection.transport().principal();
    this.origin =
        new Origin(
            connection.session().clientId(),
            principal == null ? null : principal.id(),
            connection.transport().remote().getAddress(),
            0);
  }

  Broker broker() {
    return broker;
  }

  void publish(Publish packet) {
    if (!accepts(packet)) {
      return;
    }
    TopicCache.Slot slot;
    try {
      slot = slot(packet);
    } catch (InvalidTopicException e) {
      String topic = packet.topic();
      refuse(packet, topic, ReasonCode.TOPIC_NAME_INVALID, String.valueOf(e.getMessage()));
      return;
    }
    if (slot == null || !permitted(packet, slot)) {
      return;
    }
    switch (packet.qos()) {
      case AT_MOST_ONCE -> route(packet, slot);
      case AT_LEAST_ONCE -> atLeastOnce(packet, slot);
      case EXACTLY_ONCE -> exactlyOnce(packet, slot);
    }
  }

  private boolean accepts(Publish packet) {
    if (packet.payloadLength() > limits.payloadBytes()) {
      connection.fail(
          ReasonCode.PACKET_TOO_LARGE,
          "a payload of %d bytes, more than %d"
              .formatted(packet.payloadLength(), limits.payloadBytes()));
      return false;
    }
    if (packet.qos() == Qos.AT_MOST_ONCE) {
      return checked(packet.properties());
    }
    if (packet.qos() == Qos.EXACTLY_ONCE && connection.profile() == Profile.AWS) {
      connection.fail(ReasonCode.QOS_NOT_SUPPORTED, "QoS 2 is not supported (profile AWS)");
      return false;
    }
    int open = acks.count() + connection.session().inbound().count();
    if (open >= limits.unackedIn()) {
      boolean again =
          packet.qos() == Qos.EXACTLY_ONCE
              && connection.session().inbound().knows(packet.packetId());
      if (connection.is5() && !again) {
        connection.fail(
            ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
            "more than " + limits.unackedIn() + " messages without an answer");
        return false;
      }
    }
    return checked(packet.properties());
  }

  private boolean checked(PublishProperties properties) {
    if (properties.equals(PublishProperties.NONE)) {
      return true;
    }
    MessageProperties message = properties.message();
    String response = message.responseTopic();
    if (response != null && (response.indexOf('+') >= 0 || response.indexOf('#') >= 0)) {
      connection.fail(
          ReasonCode.PROTOCOL_ERROR, "a Response Topic with a wildcard [MQTT-3.3.2-14]");
      return false;
    }
    String what = null;
    if (bytes(message.contentType()) > limits.contentTypeBytes()) {
      what = "a Content Type of more than " + limits.contentTypeBytes() + " bytes";
    } else if (message.correlationData() != null
        && message.correlationData().length > limits.correlationDataBytes()) {
      what = "Correlation Data of more than " + limits.correlationDataBytes() + " bytes";
    } else if (userBytes(message) > limits.userPropertiesBytes()) {
      what = "User Properties of more than " + limits.userPropertiesBytes() + " bytes";
    }
    if (what != null) {
      connection.fail(ReasonCode.PACKET_TOO_LARGE, what);
    }
    return what == null;
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

  /** The topic's slot, through an alias if one is given; null when that is wrong. */
  private TopicCache.@Nullable Slot slot(Publish packet) {
    int alias = packet.properties().topicAlias();
    if (alias == 0) {
      return topics.get(packet.buffer(), packet.topicStart(), packet.topicLength());
    }
    if (alias > limits.topicAliases()) {
      connection.fail(
          ReasonCode.TOPIC_ALIAS_INVALID,
          "topic alias " + alias + " is above " + limits.topicAliases());
      return null;
    }
    if (packet.topicLength() > 0) {
      TopicCache.Slot slot = topics.get(packet.buffer(), packet.topicStart(), packet.topicLength());
      if (alias > aliases.length) {
        aliases = java.util.Arrays.copyOf(aliases, alias);
      }
      aliases[alias - 1] = slot;
      return slot;
    }
    TopicCache.Slot known = alias > aliases.length ? null : aliases[alias - 1];
    if (known == null) {
      connection.fail(ReasonCode.PROTOCOL_ERROR, "topic alias " + alias + " was never set");
    }
    return known;
  }

  private boolean permitted(Publish packet, TopicCache.Slot slot) {
    if (slot.reserved != null) {
      refuse(packet, name(slot), ReasonCode.TOPIC_NAME_INVALID, slot.reserved);
      return false;
    }
    if (slot.publish(authorization) instanceof Decision.Denied(_, String why)) {
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
          "nothing is retained on reserved topics");
      return false;
    }
    if (slot.retain(authorization) instanceof Decision.Denied(_, String why)) {
      refuse(packet, name(slot), ReasonCode.NOT_AUTHORIZED, why);
      return false;
    }
    return true;
  }

  private static String name(TopicCache.Slot slot) {
    return slot.entry.topic().text();
  }

  /** MQTT 3 closes; MQTT 5 answers a publish that has an answer, and closes else. */
  private void refuse(Publish packet, String topic, ReasonCode reason, String why) {
    connection.refused("publish", connection.session().clientId(), topic, why);
    if (!connection.is5() || packet.qos() == Qos.AT_MOST_ONCE) {
      connection.fail(reason, why);
      return;
    }
    boolean exactlyOnce = packet.qos() == Qos.EXACTLY_ONCE;
    acks.done(acks.add(packet.packetId(), exactlyOnce), reason);
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
    long counted = Math.clamp(seconds, 1, limits.expirySeconds());
    return connection.lane().nowMillis() + counted * 1000;
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
      acks.done(ack, ReasonCode.SUCCESS);
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
      acks.done(
          ack,
          switch (outcome) {
            case ACCEPTED -> ReasonCode.SUCCESS;
            case OVER_QUOTA -> ReasonCode.QUOTA_EXCEEDED;
            case UNAVAILABLE -> ReasonCode.UNSPECIFIED_ERROR;
          });
      if (acks.count() < limits.unackedIn()) {
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
              ? new PubRec(ack.packetId, reason, Explanation.NONE)
              : new PubAck(ack.packetId, reason, Explanation.NONE));
    } else {
      // MQTT 3 cannot say no. Without an answer the client sends it again when it comes back.
      connection.fail(reason, "publish " + ack.packetId + " could not be kept");
    }
  }

  void release(int packetId) {
    connection.session().inbound().release(packetId, how -> connection.released(packetId, how));
  }
}
