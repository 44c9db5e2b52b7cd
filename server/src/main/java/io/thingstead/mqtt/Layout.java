package io.thingstead.mqtt;

import io.thingstead.broker.MessageProperties;
import io.thingstead.broker.Qos;

/** The fields of each packet behind its fixed header, in order. */
final class Layout {
  private Layout() {}

  static void connect(Tape tape, Connect packet) {
    Version version = packet.version();
    Will will = packet.will();
    tape.string(version.protocolName());
    tape.u8(version.level());
    int flags = packet.cleanStart() ? 2 : 0;
    if (will != null) {
      flags |= 4 | will.qos().ordinal() << 3 | (will.retain() ? 0x20 : 0);
    }
    flags |= packet.password() != null ? 0x40 : 0;
    flags |= packet.userName() != null ? 0x80 : 0;
    tape.u8(flags);
    tape.u16(packet.keepAliveSeconds());
    if (version.is5()) {
      tape.properties(t -> connectProperties(t, packet.properties()));
    }
    tape.string(packet.clientId());
    if (will != null) {
      if (version.is5()) {
        tape.properties(t -> willProperties(t, will));
      }
      tape.string(will.topic());
      tape.binary(will.payload());
    }
    if (packet.userName() != null) {
      tape.string(packet.userName());
    }
    if (packet.password() != null) {
      tape.binary(packet.password());
    }
  }

  private static void connectProperties(Tape tape, ConnectProperties properties) {
    ConnectProperties none = ConnectProperties.NONE;
    tape.number(
        Property.SESSION_EXPIRY_INTERVAL,
        properties.sessionExpirySeconds(),
        none.sessionExpirySeconds());
    tape.number(Property.RECEIVE_MAXIMUM, properties.receiveMaximum(), none.receiveMaximum());
    tape.number(
        Property.MAXIMUM_PACKET_SIZE, properties.maximumPacketSize(), none.maximumPacketSize());
    tape.number(
        Property.TOPIC_ALIAS_MAXIMUM, properties.topicAliasMaximum(), none.topicAliasMaximum());
    if (properties.requestResponseInformation()) {
      tape.flag(Property.REQUEST_RESPONSE_INFORMATION, true);
    }
    if (!properties.requestProblemInformation()) {
      tape.flag(Property.REQUEST_PROBLEM_INFORMATION, false);
    }
    tape.userProperties(properties.userProperties());
    tape.authentication(properties.authentication());
  }

  private static void willProperties(Tape tape, Will will) {
    tape.number(Property.WILL_DELAY_INTERVAL, will.delaySeconds(), 0);
    tape.number(Property.MESSAGE_EXPIRY_INTERVAL, will.expirySeconds(), -1);
    message(tape, will.properties());
  }

  private static void message(Tape tape, MessageProperties properties) {
    Boolean utf8 = properties.utf8();
    if (utf8 != null) {
      tape.flag(Property.PAYLOAD_FORMAT_INDICATOR, utf8);
    }
    tape.string(Property.CONTENT_TYPE, properties.contentType());
    tape.string(Property.RESPONSE_TOPIC, properties.responseTopic());
    tape.binary(Property.CORRELATION_DATA, properties.correlationData());
    tape.userProperties(properties.userProperties());
  }

  static void publishProperties(Tape tape, PublishProperties properties) {
    tape.number(Property.MESSAGE_EXPIRY_INTERVAL, properties.expirySeconds(), -1);
    tape.number(Property.TOPIC_ALIAS, properties.topicAlias(), 0);
    for (int identifier : properties.subscriptionIdentifiers()) {
      tape.number(Property.SUBSCRIPTION_IDENTIFIER, identifier, 0);
    }
    message(tape, properties.message());
  }

  static void connAck(Tape tape, ConnAck packet, Version version) {
    boolean present = packet.sessionPresent() && version != Version.V3_1;
    tape.u8(present ? 1 : 0);
    if (version.is5()) {
      tape.u8(packet.reason().code());
      tape.properties(t -> connAckProperties(t, packet.properties()));
    } else {
      tape.u8(ReturnCode.of(packet.reason()));
    }
  }

  private static void connAckProperties(Tape tape, ConnAckProperties properties) {
    Long sessionExpiry = properties.sessionExpirySeconds();
    Integer keepAlive = properties.serverKeepAliveSeconds();
    tape.number(Property.SESSION_EXPIRY_INTERVAL, sessionExpiry == null ? -1 : sessionExpiry, -1);
    tape.number(Property.SERVER_KEEP_ALIVE, keepAlive == null ? -1 : keepAlive, -1);
    tape.string(Property.ASSIGNED_CLIENT_IDENTIFIER, properties.assignedClientId());
    offer(tape, properties.offer());
    tape.string(Property.RESPONSE_INFORMATION, properties.responseInformation());
    tape.string(Property.SERVER_REFERENCE, properties.serverReference());
    tape.authentication(properties.authentication());
    tape.explanation(properties.explanation());
  }

  private static void offer(Tape tape, ServerOffer offer) {
    tape.number(Property.RECEIVE_MAXIMUM, offer.receiveMaximum(), 0xFFFF);
    tape.number(Property.MAXIMUM_QOS, offer.maximumQos().ordinal(), Qos.EXACTLY_ONCE.ordinal());
    tape.number(Property.MAXIMUM_PACKET_SIZE, offer.maximumPacketSize(), Long.MAX_VALUE);
    tape.number(Property.TOPIC_ALIAS_MAXIMUM, offer.topicAliasMaximum(), 0);
    notAvailable(tape, Property.RETAIN_AVAILABLE, offer.retain());
    notAvailable(tape, Property.WILDCARD_SUBSCRIPTION_AVAILABLE, offer.wildcardSubscriptions());
    notAvailable(tape, Property.SUBSCRIPTION_IDENTIFIER_AVAILABLE, offer.subscriptionIdentifiers());
    notAvailable(tape, Property.SHARED_SUBSCRIPTION_AVAILABLE, offer.sharedSubscriptions());
  }

  private static void notAvailable(Tape tape, Property property, boolean available) {
    if (!available) {
      tape.flag(property, false);
    }
  }

  static void subscribe(Tape tape, Subscribe packet, Version version) {
    tape.u16(packet.packetId());
    if (version.is5()) {
      SubscribeProperties properties = packet.properties();
      tape.properties(
          t -> {
            t.number(Property.SUBSCRIPTION_IDENTIFIER, properties.subscriptionIdentifier(), 0);
            t.userProperties(properties.userProperties());
          });
    }
    for (Subscribe.Request request : packet.requests()) {
      tape.string(request.filter());
      int options = request.maximumQos().ordinal();
      if (version.is5()) {
        options |= (request.noLocal() ? 4 : 0) | (request.retainAsPublished() ? 8 : 0);
        options |= request.retainHandling().ordinal() << 4;
      }
      tape.u8(options);
    }
  }

  static void subAck(Tape tape, SubAck packet, Version version) {
    tape.u16(packet.packetId());
    if (version.is5()) {
      tape.properties(t -> t.explanation(packet.explanation()));
    }
    for (ReasonCode reason : packet.reasons()) {
      boolean plain = reason.failed() && !version.is5();
      tape.u8(plain ? ReasonCode.UNSPECIFIED_ERROR.code() : reason.code());
    }
  }

  static void unsubscribe(Tape tape, Unsubscribe packet, Version version) {
    tape.u16(packet.packetId());
    if (version.is5()) {
      tape.properties(t -> t.userProperties(packet.userProperties()));
    }
    packet.filters().forEach(tape::string);
  }

  static void unsubAck(Tape tape, UnsubAck packet, Version version) {
    tape.u16(packet.packetId());
    if (version.is5()) {
      tape.properties(t -> t.explanation(packet.explanation()));
      packet.reasons().forEach(reason -> tape.u8(reason.code()));
    }
  }

  static void disconnect(Tape tape, Disconnect packet, Version version) {
    Long sessionExpiry = packet.sessionExpirySeconds();
    boolean bare =
        sessionExpiry == null
            && packet.serverReference() == null
            && packet.explanation().equals(Explanation.NONE);
    if (!version.is5() || (bare && packet.reason() == ReasonCode.SUCCESS)) {
      return;
    }
    tape.u8(packet.reason().code());
    if (!bare) {
      tape.properties(
          t -> {
            t.number(
                Property.SESSION_EXPIRY_INTERVAL, sessionExpiry == null ? -1 : sessionExpiry, -1);
            t.string(Property.SERVER_REFERENCE, packet.serverReference());
            t.explanation(packet.explanation());
          });
    }
  }

  static void auth(Tape tape, Auth packet) {
    if (packet.reason() == ReasonCode.SUCCESS && packet.authentication() == null) {
      return;
    }
    tape.u8(packet.reason().code());
    tape.properties(
        t -> {
          t.authentication(packet.authentication());
          t.explanation(packet.explanation());
        });
  }
}
