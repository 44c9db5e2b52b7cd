package io.thingstead.mqtt;

import io.netty.buffer.ByteBuf;
import io.thingstead.broker.Qos;
import java.util.function.Consumer;

/**
 * Writes packets of one protocol version straight into a buffer. It has no state, so any thread may
 * use it.
 */
public final class Encoder {
  private static final Encoder V3_1 = new Encoder(Version.V3_1);
  private static final Encoder V3_1_1 = new Encoder(Version.V3_1_1);
  private static final Encoder V5 = new Encoder(Version.V5);

  private static final int CONNACK = 0x20;
  private static final int PUBLISH = 0x30;
  private static final int PUBACK = 0x40;
  private static final int PUBREC = 0x50;
  private static final int PUBREL = 0x62;
  private static final int PUBCOMP = 0x70;
  private static final int PINGRESP = 0xD000;
  private static final int PINGREQ = 0xC000;
  private static final int MAXIMUM_REMAINING_LENGTH = 268_435_455;

  private final Version version;

  private Encoder(Version version) {
    this.version = version;
  }

  /** The encoder of a version. */
  public static Encoder of(Version version) {
    return switch (version) {
      case V3_1 -> V3_1;
      case V3_1_1 -> V3_1_1;
      case V5 -> V5;
    };
  }

  public Version version() {
    return version;
  }

  /**
   * Writes any packet. What MQTT 3 cannot say is left out; a server must not send DISCONNECT or
   * AUTH there.
   */
  public void encode(Packet packet, ByteBuf out) {
    switch (packet) {
      case Publish p -> publish(out, p);
      case PubAck p -> ack(out, PUBACK, p.packetId(), p.reason(), p.explanation());
      case PubRec p -> ack(out, PUBREC, p.packetId(), p.reason(), p.explanation());
      case PubRel p -> ack(out, PUBREL, p.packetId(), p.reason(), p.explanation());
      case PubComp p -> ack(out, PUBCOMP, p.packetId(), p.reason(), p.explanation());
      case PingReq _ -> out.writeShort(PINGREQ);
      case PingResp _ -> pingResp(out);
      case Connect p -> frame(out, 0x10, t -> Layout.connect(t, p));
      case ConnAck p -> frame(out, CONNACK, t -> Layout.connAck(t, p, version));
      case Subscribe p -> frame(out, 0x82, t -> Layout.subscribe(t, p, version));
      case SubAck p -> frame(out, 0x90, t -> Layout.subAck(t, p, version));
      case Unsubscribe p -> frame(out, 0xA2, t -> Layout.unsubscribe(t, p, version));
      case UnsubAck p -> frame(out, 0xB0, t -> Layout.unsubAck(t, p, version));
      case Disconnect p -> frame(out, 0xE0, t -> Layout.disconnect(t, p, version));
      case Auth p -> frame(out, 0xF0, t -> Layout.auth(t, p));
    }
  }

  private static void frame(ByteBuf out, int first, Consumer<Tape> fields) {
    int length = checkedLength(Tape.measure(fields));
    out.writeByte(first);
    variable(out, length);
    fields.accept(Tape.writing(out));
  }

  private void publish(ByteBuf out, Publish p) {
    byte[] topic = new byte[p.topicLength()];
    p.buffer().getBytes(p.topicStart(), topic);
    int length = p.payloadLength();
    publishHead(out, topic, length, p.qos(), p.retain(), p.dup(), p.packetId(), p.properties());
    out.writeBytes(p.buffer(), p.payloadStart(), length);
  }

  /**
   * Writes a PUBLISH, copying the payload's readable bytes without moving its reader index.
   *
   * @param topic its UTF-8 bytes
   * @param packetId ignored for QoS 0
   * @param properties ignored in MQTT 3
   */
  public void publish(
      ByteBuf out,
      byte[] topic,
      ByteBuf payload,
      Qos qos,
      boolean retain,
      boolean dup,
      int packetId,
      PublishProperties properties) {
    int length = payload.readableBytes();
    publishHead(out, topic, length, qos, retain, dup, packetId, properties);
    out.writeBytes(payload, payload.readerIndex(), length);
  }

  /**
   * Writes a PUBLISH up to where its payload begins, for payloads too large to copy.
   *
   * @return where in {@code out} the packet identifier stands, or -1 for QoS 0
   */
  public int publishHead(
      ByteBuf out,
      byte[] topic,
      int payloadLength,
      Qos qos,
      boolean retain,
      boolean dup,
      int packetId,
      PublishProperties properties) {
    if (topic.length > 0xFFFF) {
      throw new IllegalArgumentException(
          "a topic of " + topic.length + " bytes; MQTT allows 65535");
    }
    boolean simple = !version.is5() || properties.equals(PublishProperties.NONE);
    int propertyLength =
        simple ? 0 : Tape.measure(tape -> Layout.publishProperties(tape, properties));
    int remaining = 2 + topic.length + (qos == Qos.AT_MOST_ONCE ? 0 : 2) + payloadLength;
    if (version.is5()) {
      remaining += variableSize(propertyLength) + propertyLength;
    }
    out.writeByte(PUBLISH | (dup ? 8 : 0) | qos.ordinal() << 1 | (retain ? 1 : 0));
    variable(out, checkedLength(remaining));
    out.writeShort(topic.length);
    out.writeBytes(topic);
    int packetIdAt = -1;
    if (qos != Qos.AT_MOST_ONCE) {
      packetIdAt = out.writerIndex();
      out.writeShort(packetId);
    }
    if (version.is5()) {
      variable(out, propertyLength);
      if (!simple) {
        Layout.publishProperties(Tape.writing(out), properties);
      }
    }
    return packetIdAt;
  }

  public void pubAck(ByteBuf out, int packetId) {
    ack(out, PUBACK, packetId);
  }

  public void pubRec(ByteBuf out, int packetId) {
    ack(out, PUBREC, packetId);
  }

  public void pubRel(ByteBuf out, int packetId) {
    ack(out, PUBREL, packetId);
  }

  public void pubComp(ByteBuf out, int packetId) {
    ack(out, PUBCOMP, packetId);
  }

  /** CONNACK of MQTT 3 with any return code. */
  void connAck(ByteBuf out, int returnCode) {
    out.writeInt(CONNACK << 24 | 2 << 16 | returnCode);
  }

  public void pingResp(ByteBuf out) {
    out.writeShort(PINGRESP);
  }

  /** Success: two bytes behind the header in every version [MQTT5 3.4.2.1]. */
  private static void ack(ByteBuf out, int first, int packetId) {
    out.writeInt(first << 24 | 2 << 16 | packetId);
  }

  private void ack(
      ByteBuf out, int first, int packetId, ReasonCode reason, Explanation explanation) {
    boolean bare = explanation.equals(Explanation.NONE);
    if (!version.is5() || (bare && reason == ReasonCode.SUCCESS)) {
      ack(out, first, packetId);
      return;
    }
    frame(
        out,
        first,
        tape -> {
          tape.u16(packetId);
          tape.u8(reason.code());
          if (!bare) {
            tape.properties(t -> t.explanation(explanation));
          }
        });
  }

  private static int checkedLength(int remaining) {
    if (remaining > MAXIMUM_REMAINING_LENGTH) {
      throw new IllegalArgumentException(
          "a packet of " + remaining + " bytes; MQTT allows " + MAXIMUM_REMAINING_LENGTH);
    }
    return remaining;
  }

  static void variable(ByteBuf out, int value) {
    int rest = value;
    while (rest > 0x7F) {
      out.writeByte(rest & 0x7F | 0x80);
      rest >>>= 7;
    }
    out.writeByte(rest);
  }

  static int variableSize(int value) {
    return value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : 4;
  }
}
