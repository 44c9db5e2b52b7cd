package io.thingstead.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.thingstead.broker.Qos;

/**
 * A PUBLISH encoded once for all targets that get equal bytes except packet identifier and DUP. It
 * owns a copy of everything, so any thread may write it out at any time.
 */
public final class PublishFrame {
  private static final int DUP = 8;

  /** First byte, length, topic length, packet identifier and property length at their largest. */
  private static final int HEAD_ESTIMATE = 16;

  private final byte[] bytes;
  private final int size;
  private final int packetIdAt;

  private PublishFrame(byte[] bytes, int size, int packetIdAt) {
    this.bytes = bytes;
    this.size = size;
    this.packetIdAt = packetIdAt;
  }

  static PublishFrame of(
      Encoder encoder,
      byte[] topic,
      ByteBuf payload,
      Qos qos,
      boolean retain,
      PublishProperties properties) {
    int length = payload.readableBytes();
    ByteBuf out = Unpooled.buffer(HEAD_ESTIMATE + topic.length + length);
    int at = encoder.publishHead(out, topic, length, qos, retain, false, 0, properties);
    out.writeBytes(payload, payload.readerIndex(), length);
    return new PublishFrame(out.array(), out.writerIndex(), at);
  }

  /** Length of the whole packet in bytes, to compare with the client's maximum. */
  public int size() {
    return size;
  }

  /**
   * Appends the packet.
   *
   * @param packetId ignored for QoS 0
   * @param dup whether it was sent before; must be false for QoS 0
   */
  public void writeTo(ByteBuf out, int packetId, boolean dup) {
    int start = out.writerIndex();
    out.writeBytes(bytes, 0, size);
    if (packetIdAt >= 0) {
      out.setShort(start + packetIdAt, packetId);
      if (dup) {
        out.setByte(start, bytes[0] | DUP);
      }
    }
  }
}
