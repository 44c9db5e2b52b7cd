package io.thingstead.mqtt;

import static io.thingstead.mqtt.PacketException.malformed;
import static io.thingstead.mqtt.PacketException.protocol;

import io.netty.buffer.ByteBuf;
import io.thingstead.broker.Qos;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads packets from the bytes of one connection; for one thread. It is strict: what breaks a rule
 * that can be told from the packet alone is a {@link PacketException}, after which the connection
 * is to be closed.
 */
public final class Decoder {
  private static final Set<Property> PUBLISH =
      EnumSet.of(
          Property.PAYLOAD_FORMAT_INDICATOR,
          Property.MESSAGE_EXPIRY_INTERVAL,
          Property.CONTENT_TYPE,
          Property.RESPONSE_TOPIC,
          Property.CORRELATION_DATA,
          Property.SUBSCRIPTION_IDENTIFIER,
          Property.TOPIC_ALIAS,
          Property.USER_PROPERTY);
  private static final Set<Property> SUBSCRIBE =
      EnumSet.of(Property.SUBSCRIPTION_IDENTIFIER, Property.USER_PROPERTY);
  private static final Set<Property> UNSUBSCRIBE = EnumSet.of(Property.USER_PROPERTY);

  private static final Subscribe.RetainHandling[] RETAIN_HANDLING =
      Subscribe.RetainHandling.values();

  /**
   * The largest CONNECT, in bytes, whatever else the limit is: room for the largest will of AWS and
   * for credentials. Who has not said who it is does not make us keep more.
   */
  static final int CONNECT_BYTES_MAX = 256 << 10;

  private final int maximumPacketSize;
  private final boolean server;
  private final Cursor in = new Cursor();
  private @Nullable Version version;

  /**
   * For a server: the first packet must be CONNECT, which says the version, and packets that only
   * servers send are refused.
   *
   * @param maximumPacketSize in bytes, from the first byte to the last
   */
  public Decoder(int maximumPacketSize) {
    this.maximumPacketSize = maximumPacketSize;
    this.server = true;
  }

  /** For a client that speaks the version given. */
  public Decoder(int maximumPacketSize, Version version) {
    this.maximumPacketSize = maximumPacketSize;
    this.server = false;
    this.version = version;
  }

  /** What the connection speaks; null until CONNECT named a version we know. */
  public @Nullable Version version() {
    return version;
  }

  /**
   * Reads the next packet and moves the reader index behind it.
   *
   * @param buffer what has arrived and is not yet read; its bytes must stay while a {@link Publish}
   *     made of them is in use
   * @return the packet, or null when more bytes are needed: call again with the same bytes and more
   * @throws PacketException for a packet that is malformed, out of place or too large; the latter
   *     before its body has arrived
   */
  public @Nullable Packet decode(ByteBuf buffer) {
    int start = buffer.readerIndex();
    int available = buffer.readableBytes();
    int remainingLength = 0;
    int headerLength = 1;
    while (true) {
      if (headerLength >= available) {
        if (available > 0) {
          checkFirst(buffer.getByte(start) & 0xFF);
        }
        return null;
      }
      int b = buffer.getByte(start + headerLength);
      remainingLength |= (b & 0x7F) << 7 * (headerLength - 1);
      headerLength++;
      if (b >= 0) {
        checkShortest(b, headerLength);
        break;
      }
      if (headerLength > 4) {
        throw malformed("the remaining length is longer than four bytes [MQTT-1.5.5-1]");
      }
    }
    int size = headerLength + remainingLength;
    int most = version == null ? Math.min(maximumPacketSize, CONNECT_BYTES_MAX) : maximumPacketSize;
    if (size > most) {
      throw new PacketException(
          ReasonCode.PACKET_TOO_LARGE,
          most == maximumPacketSize ? "messages.packetBytes" : "",
          "a packet of " + size + " bytes; the limit is " + most);
    }
    int first = buffer.getByte(start) & 0xFF;
    checkFirst(first);
    if (size > available) {
      return null;
    }
    in.set(buffer, start + headerLength, start + size);
    Packet packet = first >> 4 == 3 ? publish(buffer, first & 15, start + size) : body(first >> 4);
    buffer.readerIndex(start + size);
    return packet;
  }

  private void checkShortest(int lastByte, int headerLength) {
    if (lastByte == 0 && headerLength > 2 && version == Version.V5) {
      throw malformed("the remaining length is not in its shortest form [MQTT-1.5.5-1]");
    }
  }

  /** What the first byte alone tells: type, flags, and whether the packet has its place here. */
  private void checkFirst(int first) {
    int type = first >> 4;
    if (type == 3) {
      if (version == null) {
        throw notConnected();
      }
      return;
    }
    int flags = first & 15;
    int expected = type == 6 || type == 8 || type == 10 ? 2 : 0;
    if (flags != expected) {
      throw malformed(
          "flags %d of packet type %d must be %d [MQTT-2.1.3-1]".formatted(flags, type, expected));
    }
    if (version == null) {
      if (type != 1) {
        throw notConnected();
      }
      return;
    }
    boolean known = type != 0 && (type != 15 || version == Version.V5);
    if (!known) {
      throw malformed("packet type " + type + " is reserved [MQTT-2.1.2]");
    }
    if (server && type == 1) {
      throw protocol("a second CONNECT [MQTT-3.1.0-2]");
    }
    boolean fromServer = type == 2 || type == 9 || type == 11 || type == 13;
    boolean fromClient = type == 1 || type == 8 || type == 10 || type == 12;
    if (server ? fromServer : fromClient) {
      throw protocol("packet type " + type + " goes the other way [MQTT5 2.1.2]");
    }
  }

  private static PacketException notConnected() {
    return protocol("the first packet is not CONNECT [MQTT-3.1.0-1]");
  }

  private Packet publish(ByteBuf buffer, int flags, int end) {
    int qos = flags >> 1 & 3;
    if (qos == 3) {
      throw malformed("a PUBLISH of QoS 3 [MQTT-3.3.1-4]");
    }
    if (qos == 0 && flags >= 8) {
      throw malformed("DUP on a PUBLISH of QoS 0 [MQTT-3.3.1-2]");
    }
    int topicLength = in.u16("topic name");
    int topicStart = in.take(topicLength, "topic name");
    in.check(topicStart, topicLength, "topic name", Utf8.WILDCARD);
    int packetId = qos == 0 ? 0 : in.packetId();
    PublishProperties properties =
        version == Version.V5 ? publishProperties() : PublishProperties.NONE;
    if (topicLength == 0 && properties.topicAlias() == 0) {
      throw version == Version.V5
          ? protocol("neither topic name nor topic alias [MQTT5 3.3.2.1]")
          : malformed("the topic name is empty [MQTT-4.7.3-1]");
    }
    int payloadStart = in.position();
    return new Publish(
        buffer,
        topicStart,
        topicLength,
        payloadStart,
        end - payloadStart,
        flags,
        packetId,
        properties);
  }

  private PublishProperties publishProperties() {
    PropertyBag bag = PropertyBag.read(in, PUBLISH);
    if (bag == PropertyBag.EMPTY) {
      return PublishProperties.NONE;
    }
    if (server && bag.has(Property.SUBSCRIPTION_IDENTIFIER)) {
      throw protocol("Subscription Identifier from a client [MQTT-3.3.4-6]");
    }
    return new PublishProperties(
        bag.number(Property.MESSAGE_EXPIRY_INTERVAL, -1),
        (int) bag.number(Property.TOPIC_ALIAS, 0),
        bag.subscriptionIdentifiers(),
        bag.message());
  }

  private Packet body(int type) {
    Packet packet = type == 1 ? connect() : body(type, spoken());
    in.finish();
    return packet;
  }

  private Packet body(int type, Version version) {
    return switch (type) {
      case 2 -> AnswerReader.connAck(in, version);
      case 4 -> {
        var ack = AnswerReader.ack(in, version, AnswerReader.PUBACK);
        yield new PubAck(ack.packetId(), ack.reason(), ack.explanation());
      }
      case 5 -> {
        var ack = AnswerReader.ack(in, version, AnswerReader.PUBACK);
        yield new PubRec(ack.packetId(), ack.reason(), ack.explanation());
      }
      case 6 -> {
        var ack = AnswerReader.ack(in, version, AnswerReader.PUBREL);
        yield new PubRel(ack.packetId(), ack.reason(), ack.explanation());
      }
      case 7 -> {
        var ack = AnswerReader.ack(in, version, AnswerReader.PUBREL);
        yield new PubComp(ack.packetId(), ack.reason(), ack.explanation());
      }
      case 8 -> subscribe(version);
      case 9 -> {
        int id = in.packetId();
        Explanation explanation = version.is5() ? AnswerReader.explanation(in) : Explanation.NONE;
        yield new SubAck(id, AnswerReader.reasons(in, version, AnswerReader.SUBACK), explanation);
      }
      case 10 -> unsubscribe(version);
      case 11 -> unsubAck(version);
      case 12 -> PingReq.INSTANCE;
      case 13 -> PingResp.INSTANCE;
      case 14 -> AnswerReader.disconnect(in, version, server);
      case 15 -> AnswerReader.auth(in);
      default -> throw malformed("packet type " + type + " is reserved [MQTT-2.1.2]");
    };
  }

  private Version spoken() {
    if (version == null) {
      throw notConnected();
    }
    return version;
  }

  private Connect connect() {
    Version named = ConnectReader.version(in);
    version = named;
    return ConnectReader.rest(in, named);
  }

  private UnsubAck unsubAck(Version version) {
    int id = in.packetId();
    if (!version.is5()) {
      return new UnsubAck(id, List.of(), Explanation.NONE);
    }
    Explanation explanation = AnswerReader.explanation(in);
    return new UnsubAck(id, AnswerReader.reasons(in, version, AnswerReader.UNSUBACK), explanation);
  }

  private Subscribe subscribe(Version version) {
    int packetId = in.packetId();
    SubscribeProperties properties = SubscribeProperties.NONE;
    if (version.is5()) {
      PropertyBag bag = PropertyBag.read(in, SUBSCRIBE);
      List<Integer> identifiers = bag.subscriptionIdentifiers();
      if (identifiers.size() > 1) {
        throw protocol("Subscription Identifier is given twice [MQTT5 3.8.2.1.2]");
      }
      if (bag != PropertyBag.EMPTY) {
        int identifier = identifiers.isEmpty() ? 0 : identifiers.getFirst();
        properties = new SubscribeProperties(identifier, bag.userProperties());
      }
    }
    if (in.remaining() == 0) {
      throw protocol("SUBSCRIBE without a topic filter [MQTT-3.8.3-2]");
    }
    List<Subscribe.Request> requests = new ArrayList<>(1);
    while (in.remaining() > 0) {
      requests.add(request(filter(), in.u8("subscription options"), version));
    }
    return new Subscribe(packetId, requests, properties);
  }

  private static Subscribe.Request request(String filter, int options, Version version) {
    int qos = options & 3;
    int retainHandling = options >> 4 & 3;
    boolean noLocal = (options & 4) != 0;
    if (qos == 3) {
      throw malformed("a subscription of QoS 3 [MQTT-3.8.3-5]");
    }
    if ((options & (version.is5() ? 0xC0 : 0xFC)) != 0) {
      throw malformed("reserved bits of the subscription options are set [MQTT-3.8.3-5]");
    }
    if (retainHandling == 3) {
      throw protocol("Retain Handling is 3 [MQTT5 3.8.3.1]");
    }
    if (noLocal && filter.startsWith("$share/")) {
      throw protocol("No Local on a shared subscription [MQTT-3.8.3-4]");
    }
    return new Subscribe.Request(
        filter, Qos.of(qos), noLocal, (options & 8) != 0, RETAIN_HANDLING[retainHandling]);
  }

  private Unsubscribe unsubscribe(Version version) {
    int packetId = in.packetId();
    var userProperties =
        version.is5()
            ? PropertyBag.read(in, UNSUBSCRIBE).userProperties()
            : PropertyBag.EMPTY.userProperties();
    if (in.remaining() == 0) {
      throw protocol("UNSUBSCRIBE without a topic filter [MQTT-3.10.3-2]");
    }
    List<String> filters = new ArrayList<>(1);
    while (in.remaining() > 0) {
      filters.add(filter());
    }
    return new Unsubscribe(packetId, filters, userProperties);
  }

  private String filter() {
    String filter = in.string("topic filter");
    if (filter.isEmpty()) {
      throw new PacketException(
          ReasonCode.TOPIC_FILTER_INVALID, "the topic filter is empty [MQTT-4.7.3-1]");
    }
    return filter;
  }
}
