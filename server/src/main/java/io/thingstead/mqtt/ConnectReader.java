package io.thingstead.mqtt;

import static io.thingstead.mqtt.PacketException.malformed;

import io.thingstead.broker.Qos;
import java.util.EnumSet;
import java.util.Set;

/** Reads the body of CONNECT, of any version. */
final class ConnectReader {
  private static final Set<Property> CONNECT =
      EnumSet.of(
          Property.SESSION_EXPIRY_INTERVAL,
          Property.AUTHENTICATION_METHOD,
          Property.AUTHENTICATION_DATA,
          Property.REQUEST_PROBLEM_INFORMATION,
          Property.REQUEST_RESPONSE_INFORMATION,
          Property.RECEIVE_MAXIMUM,
          Property.TOPIC_ALIAS_MAXIMUM,
          Property.USER_PROPERTY,
          Property.MAXIMUM_PACKET_SIZE);
  private static final Set<Property> WILL =
      EnumSet.of(
          Property.WILL_DELAY_INTERVAL,
          Property.PAYLOAD_FORMAT_INDICATOR,
          Property.MESSAGE_EXPIRY_INTERVAL,
          Property.CONTENT_TYPE,
          Property.RESPONSE_TOPIC,
          Property.CORRELATION_DATA,
          Property.USER_PROPERTY);

  private static final int RESERVED = 1;
  private static final int CLEAN_START = 2;
  private static final int WILL_FLAG = 4;
  private static final int WILL_QOS = 0x18;
  private static final int WILL_RETAIN = 0x20;
  private static final int PASSWORD = 0x40;
  private static final int USER_NAME = 0x80;

  private ConnectReader() {}

  /** Reads the protocol name and level [MQTT-3.1.2-1] [MQTT-3.1.2-2]. */
  static Version version(Cursor in) {
    String name = in.string("protocol name");
    int level = in.u8("protocol version");
    Version version = Version.of(name, level);
    if (version == null) {
      throw new PacketException(
          ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
          "protocol \"%s\" version %d is not spoken here; MQTT 3.1.1 and 5 are [MQTT-3.1.2-2]"
              .formatted(name, level));
    }
    return version;
  }

  /** Reads what follows the protocol level. */
  static Connect rest(Cursor in, Version version) {
    int flags = in.u8("connect flags");
    checkFlags(flags, version);
    int keepAlive = in.u16("keep alive");
    ConnectProperties properties =
        version.is5() ? properties(PropertyBag.read(in, CONNECT)) : ConnectProperties.NONE;
    String clientId = in.string("client identifier");
    Will will = (flags & WILL_FLAG) != 0 ? will(in, flags, version) : null;
    String userName = (flags & USER_NAME) != 0 ? in.string("user name") : null;
    byte[] password = (flags & PASSWORD) != 0 ? in.binary("password") : null;
    boolean cleanStart = (flags & CLEAN_START) != 0;
    return new Connect(
        version, cleanStart, keepAlive, clientId, will, userName, password, properties);
  }

  private static void checkFlags(int flags, Version version) {
    if ((flags & RESERVED) != 0) {
      throw malformed("the reserved connect flag is set [MQTT-3.1.2-3]");
    }
    if ((flags & WILL_FLAG) == 0 && (flags & (WILL_QOS | WILL_RETAIN)) != 0) {
      throw malformed("will QoS or retain without a will [MQTT-3.1.2-11] [MQTT-3.1.2-13]");
    }
    if ((flags & WILL_QOS) == WILL_QOS) {
      throw malformed("the will QoS is 3 [MQTT-3.1.2-12]");
    }
    if (!version.is5() && (flags & (USER_NAME | PASSWORD)) == PASSWORD) {
      throw malformed("a password without a user name [MQTT-3.1.2-22 of 3.1.1]");
    }
  }

  private static ConnectProperties properties(PropertyBag bag) {
    if (bag == PropertyBag.EMPTY) {
      return ConnectProperties.NONE;
    }
    return new ConnectProperties(
        bag.number(Property.SESSION_EXPIRY_INTERVAL, 0),
        (int) bag.number(Property.RECEIVE_MAXIMUM, 0xFFFF),
        bag.number(Property.MAXIMUM_PACKET_SIZE, Long.MAX_VALUE),
        (int) bag.number(Property.TOPIC_ALIAS_MAXIMUM, 0),
        bag.flag(Property.REQUEST_RESPONSE_INFORMATION, false),
        bag.flag(Property.REQUEST_PROBLEM_INFORMATION, true),
        bag.userProperties(),
        bag.authentication());
  }

  private static Will will(Cursor in, int flags, Version version) {
    PropertyBag bag = version.is5() ? PropertyBag.read(in, WILL) : PropertyBag.EMPTY;
    String topic = in.topicName("will topic");
    byte[] payload = in.binary("will payload");
    return new Will(
        topic,
        payload,
        Qos.of((flags & WILL_QOS) >> 3),
        (flags & WILL_RETAIN) != 0,
        bag.number(Property.WILL_DELAY_INTERVAL, 0),
        bag.number(Property.MESSAGE_EXPIRY_INTERVAL, -1),
        bag.message());
  }
}
