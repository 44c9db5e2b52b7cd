package io.thingstead.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.thingstead.model.topic.Topic;

/**
 * One published message on its way to its targets. Immutable; the payload buffer is only valid
 * during the call that hands it over: whoever keeps it longer copies ({@link #payloadBytes}) or
 * retains it.
 *
 * @param expiresAtMillis epoch milliseconds after which nobody gets it any more, or {@code
 *     Long.MAX_VALUE}
 * @param acceptedAtMillis epoch milliseconds at which the server read it
 */
public record Message(
    Topic topic,
    ByteBuf payload,
    Qos qos,
    boolean retain,
    long expiresAtMillis,
    MessageProperties properties,
    Origin origin,
    long acceptedAtMillis) {
  /** A message of the server's own making: not retained, without expiry or properties. */
  public static Message of(
      Topic topic, byte[] payload, Qos qos, Origin origin, long acceptedAtMillis) {
    return new Message(
        topic,
        Unpooled.wrappedBuffer(payload),
        qos,
        false,
        Long.MAX_VALUE,
        MessageProperties.NONE,
        origin,
        acceptedAtMillis);
  }

  /** The same message, to be kept for subscribers to come. */
  public Message retained() {
    return new Message(
        topic, payload, qos, true, expiresAtMillis, properties, origin, acceptedAtMillis);
  }

  /** The same message with these properties and this expiry. */
  public Message with(MessageProperties newProperties, long newExpiresAtMillis) {
    return new Message(
        topic, payload, qos, retain, newExpiresAtMillis, newProperties, origin, acceptedAtMillis);
  }

  /** A message of the server or the API, with a payload that is not changed any more. */
  public static Message of(
      Topic topic,
      byte[] payload,
      Qos qos,
      boolean retain,
      long expiresAtMillis,
      MessageProperties properties,
      Origin origin,
      long acceptedAtMillis) {
    return new Message(
        topic,
        Unpooled.wrappedBuffer(payload),
        qos,
        retain,
        expiresAtMillis,
        properties,
        origin,
        acceptedAtMillis);
  }

  /** A copy of the payload. */
  public byte[] payloadBytes() {
    byte[] copy = new byte[payload.readableBytes()];
    payload.getBytes(payload.readerIndex(), copy);
    return copy;
  }
}
