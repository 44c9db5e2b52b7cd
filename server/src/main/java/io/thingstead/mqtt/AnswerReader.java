package io.thingstead.mqtt;

import static io.thingstead.mqtt.PacketException.malformed;
import static io.thingstead.mqtt.PacketException.protocol;

import io.thingstead.broker.Qos;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Reads the bodies of the packets that answer others, of CONNACK, DISCONNECT and AUTH. */
final class AnswerReader {
  /** The parts of an acknowledgement, whatever its type. */
  record Ack(int packetId, ReasonCode reason, Explanation explanation) {}

  static final Set<ReasonCode> PUBACK =
      EnumSet.of(
          ReasonCode.SUCCESS,
          ReasonCode.NO_MATCHING_SUBSCRIBERS,
          ReasonCode.UNSPECIFIED_ERROR,
          ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
          ReasonCode.NOT_AUTHORIZED,
          ReasonCode.TOPIC_NAME_INVALID,
          ReasonCode.PACKET_IDENTIFIER_IN_USE,
          ReasonCode.QUOTA_EXCEEDED,
          ReasonCode.PAYLOAD_FORMAT_INVALID);
  static final Set<ReasonCode> PUBREL =
      EnumSet.of(ReasonCode.SUCCESS, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
  static final Set<ReasonCode> SUBACK =
      EnumSet.of(
          ReasonCode.SUCCESS,
          ReasonCode.GRANTED_QOS_1,
          ReasonCode.GRANTED_QOS_2,
          ReasonCode.UNSPECIFIED_ERROR,
          ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
          ReasonCode.NOT_AUTHORIZED,
          ReasonCode.TOPIC_FILTER_INVALID,
          ReasonCode.PACKET_IDENTIFIER_IN_USE,
          ReasonCode.QUOTA_EXCEEDED,
          ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED,
          ReasonCode.SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED,
          ReasonCode.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED);
  static final Set<ReasonCode> UNSUBACK =
      EnumSet.of(
          ReasonCode.SUCCESS,
          ReasonCode.NO_SUBSCRIPTION_EXISTED,
          ReasonCode.UNSPECIFIED_ERROR,
          ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
          ReasonCode.NOT_AUTHORIZED,
          ReasonCode.TOPIC_FILTER_INVALID,
          ReasonCode.PACKET_IDENTIFIER_IN_USE);
  private static final Set<ReasonCode> AUTH =
      EnumSet.of(ReasonCode.SUCCESS, ReasonCode.CONTINUE_AUTHENTICATION, ReasonCode.REAUTHENTICATE);

  /** What a client may say in DISCONNECT, table 3-10. */
  private static final Set<ReasonCode> CLIENT_DISCONNECT =
      EnumSet.of(
          ReasonCode.SUCCESS,
          ReasonCode.DISCONNECT_WITH_WILL,
          ReasonCode.UNSPECIFIED_ERROR,
          ReasonCode.MALFORMED_PACKET,
          ReasonCode.PROTOCOL_ERROR,
          ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
          ReasonCode.TOPIC_NAME_INVALID,
          ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
          ReasonCode.TOPIC_ALIAS_INVALID,
          ReasonCode.PACKET_TOO_LARGE,
          ReasonCode.MESSAGE_RATE_TOO_HIGH,
          ReasonCode.QUOTA_EXCEEDED,
          ReasonCode.ADMINISTRATIVE_ACTION,
          ReasonCode.PAYLOAD_FORMAT_INVALID);

  private static final Set<ReasonCode> SERVER_DISCONNECT =
      EnumSet.complementOf(
          EnumSet.of(
              ReasonCode.GRANTED_QOS_1,
              ReasonCode.GRANTED_QOS_2,
              ReasonCode.DISCONNECT_WITH_WILL,
              ReasonCode.NO_MATCHING_SUBSCRIBERS,
              ReasonCode.NO_SUBSCRIPTION_EXISTED,
              ReasonCode.CONTINUE_AUTHENTICATION,
              ReasonCode.REAUTHENTICATE,
              ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
              ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
              ReasonCode.BAD_USER_NAME_OR_PASSWORD,
              ReasonCode.SERVER_UNAVAILABLE,
              ReasonCode.BANNED,
              ReasonCode.BAD_AUTHENTICATION_METHOD,
              ReasonCode.PACKET_IDENTIFIER_IN_USE,
              ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));

  private static final Set<Property> EXPLANATION =
      EnumSet.of(Property.REASON_STRING, Property.USER_PROPERTY);
  private static final Set<Property> DISCONNECT =
      EnumSet.of(
          Property.SESSION_EXPIRY_INTERVAL,
          Property.SERVER_REFERENCE,
          Property.REASON_STRING,
          Property.USER_PROPERTY);
  private static final Set<Property> AUTH_PROPERTIES =
      EnumSet.of(
          Property.AUTHENTICATION_METHOD,
          Property.AUTHENTICATION_DATA,
          Property.REASON_STRING,
          Property.USER_PROPERTY);
  private static final Set<Property> CONNACK =
      EnumSet.of(
          Property.SESSION_EXPIRY_INTERVAL,
          Property.ASSIGNED_CLIENT_IDENTIFIER,
          Property.SERVER_KEEP_ALIVE,
          Property.AUTHENTICATION_METHOD,
          Property.AUTHENTICATION_DATA,
          Property.RESPONSE_INFORMATION,
          Property.SERVER_REFERENCE,
          Property.REASON_STRING,
          Property.RECEIVE_MAXIMUM,
          Property.TOPIC_ALIAS_MAXIMUM,
          Property.MAXIMUM_QOS,
          Property.RETAIN_AVAILABLE,
          Property.USER_PROPERTY,
          Property.MAXIMUM_PACKET_SIZE,
          Property.WILDCARD_SUBSCRIPTION_AVAILABLE,
          Property.SUBSCRIPTION_IDENTIFIER_AVAILABLE,
          Property.SHARED_SUBSCRIPTION_AVAILABLE);

  private AnswerReader() {}

  /** PUBACK, PUBREC, PUBREL, PUBCOMP: reason and properties may be missing [MQTT5 3.4.2.1]. */
  static Ack ack(Cursor in, Version version, Set<ReasonCode> allowed) {
    int packetId = in.packetId();
    if (!version.is5() || in.remaining() == 0) {
      return new Ack(packetId, ReasonCode.SUCCESS, Explanation.NONE);
    }
    ReasonCode reason = reason(in, allowed);
    return new Ack(packetId, reason, in.remaining() == 0 ? Explanation.NONE : explanation(in));
  }

  /** SUBACK and, in MQTT 5, UNSUBACK: one reason for each request. */
  static List<ReasonCode> reasons(Cursor in, Version version, Set<ReasonCode> allowed) {
    if (in.remaining() == 0) {
      throw malformed("there is no reason code [MQTT-3.8.4-6]");
    }
    List<ReasonCode> reasons = new ArrayList<>(in.remaining());
    while (in.remaining() > 0) {
      ReasonCode reason = reason(in, allowed);
      if (!version.is5() && reason.code() > ReasonCode.UNSPECIFIED_ERROR.code()) {
        throw malformed("SUBACK return code %s [MQTT-3.9.3-2 of 3.1.1]".formatted(reason));
      }
      reasons.add(reason);
    }
    return reasons;
  }

  static Explanation explanation(Cursor in) {
    return PropertyBag.read(in, EXPLANATION).explanation();
  }

  static Disconnect disconnect(Cursor in, Version version, boolean fromClient) {
    if (!version.is5() || in.remaining() == 0) {
      return Disconnect.NORMAL;
    }
    ReasonCode reason = reason(in, fromClient ? CLIENT_DISCONNECT : SERVER_DISCONNECT);
    if (in.remaining() == 0) {
      return Disconnect.because(reason, Explanation.NONE);
    }
    PropertyBag bag = PropertyBag.read(in, DISCONNECT);
    Long sessionExpiry = bag.number(Property.SESSION_EXPIRY_INTERVAL);
    String reference = bag.string(Property.SERVER_REFERENCE);
    if (fromClient ? reference != null : sessionExpiry != null) {
      throw protocol(
          fromClient
              ? "Server Reference from a client [MQTT5 3.14.2.2.5]"
              : "Session Expiry Interval from a server [MQTT-3.14.2-2]");
    }
    return new Disconnect(reason, sessionExpiry, reference, bag.explanation());
  }

  static Auth auth(Cursor in) {
    if (in.remaining() == 0) {
      return new Auth(ReasonCode.SUCCESS, null, Explanation.NONE);
    }
    ReasonCode reason = reason(in, AUTH);
    PropertyBag bag = PropertyBag.read(in, AUTH_PROPERTIES);
    Authentication authentication = bag.authentication();
    if (authentication == null) {
      throw protocol("AUTH without Authentication Method [MQTT5 3.15.2.2.2]");
    }
    return new Auth(reason, authentication, bag.explanation());
  }

  static ConnAck connAck(Cursor in, Version version) {
    int flags = in.u8("acknowledge flags");
    if (flags > 1) {
      throw malformed("reserved acknowledge flags are set [MQTT-3.2.2-1]");
    }
    if (!version.is5()) {
      ReasonCode reason = ReturnCode.reason(in.u8("return code"));
      return new ConnAck(flags == 1, reason, ConnAckProperties.NONE);
    }
    ReasonCode reason = in.reason();
    if (reason != ReasonCode.SUCCESS && !reason.failed()) {
      throw malformed("CONNACK does not say " + reason + " [MQTT-3.2.2-8]");
    }
    PropertyBag bag = PropertyBag.read(in, CONNACK);
    return new ConnAck(flags == 1, reason, properties(bag));
  }

  private static ConnAckProperties properties(PropertyBag bag) {
    if (bag == PropertyBag.EMPTY) {
      return ConnAckProperties.NONE;
    }
    Long keepAlive = bag.number(Property.SERVER_KEEP_ALIVE);
    return new ConnAckProperties(
        bag.number(Property.SESSION_EXPIRY_INTERVAL),
        keepAlive == null ? null : keepAlive.intValue(),
        bag.string(Property.ASSIGNED_CLIENT_IDENTIFIER),
        offer(bag),
        bag.string(Property.RESPONSE_INFORMATION),
        bag.string(Property.SERVER_REFERENCE),
        bag.authentication(),
        bag.explanation());
  }

  private static ServerOffer offer(PropertyBag bag) {
    return new ServerOffer(
        (int) bag.number(Property.RECEIVE_MAXIMUM, 0xFFFF),
        Qos.of((int) bag.number(Property.MAXIMUM_QOS, 2)),
        bag.flag(Property.RETAIN_AVAILABLE, true),
        bag.number(Property.MAXIMUM_PACKET_SIZE, Long.MAX_VALUE),
        (int) bag.number(Property.TOPIC_ALIAS_MAXIMUM, 0),
        bag.flag(Property.WILDCARD_SUBSCRIPTION_AVAILABLE, true),
        bag.flag(Property.SUBSCRIPTION_IDENTIFIER_AVAILABLE, true),
        bag.flag(Property.SHARED_SUBSCRIPTION_AVAILABLE, true));
  }

  private static ReasonCode reason(Cursor in, Set<ReasonCode> allowed) {
    ReasonCode reason = in.reason();
    if (!allowed.contains(reason)) {
      throw protocol("reason code " + reason + " does not belong in this packet [MQTT5 2.4]");
    }
    return reason;
  }
}
