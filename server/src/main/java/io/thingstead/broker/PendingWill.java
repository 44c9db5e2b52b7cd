package io.thingstead.broker;

import io.thingstead.model.topic.Topic;
import org.jspecify.annotations.Nullable;

/**
 * A message to publish when a client is lost.
 *
 * @param delaySeconds how long the client may take to come back
 * @param expirySeconds lifetime of the message from when it is published, or -1 for ever
 * @param principalId whose message it is
 */
public record PendingWill(
    Topic topic,
    byte[] payload,
    Qos qos,
    boolean retain,
    long delaySeconds,
    long expirySeconds,
    MessageProperties properties,
    @Nullable String principalId) {
  private static final int FORMAT = 1;

  byte[] encode() {
    return new RowWriter(FORMAT)
        .text(topic.text())
        .bytes(payload)
        .u8(qos.ordinal())
        .flag(retain)
        .number(delaySeconds)
        .number(expirySeconds + 1)
        .properties(properties)
        .optional(principalId)
        .done();
  }

  static PendingWill decode(byte[] value) {
    RowReader in = new RowReader(value, FORMAT);
    return new PendingWill(
        new Topic(in.text()),
        in.bytes(),
        Qos.of(in.u8()),
        in.flag(),
        in.number(),
        in.number() - 1,
        in.properties(),
        in.optional());
  }
}
