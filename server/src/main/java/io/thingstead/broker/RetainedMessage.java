package io.thingstead.broker;

/**
 * A retained message.
 *
 * @param expiresAtMillis epoch milliseconds, or {@code Long.MAX_VALUE}
 * @param storedAtMillis epoch milliseconds of the publish
 */
public record RetainedMessage(
    String topic,
    byte[] payload,
    Qos qos,
    long expiresAtMillis,
    MessageProperties properties,
    long storedAtMillis) {
  private static final int FORMAT = 1;

  private static final int OVERHEAD_BYTES = 128;

  /** What one takes in memory, roughly. */
  static long bytes(String topic, int payloadBytes) {
    return (long) payloadBytes + topic.length() + OVERHEAD_BYTES;
  }

  long bytes() {
    return bytes(topic, payload.length);
  }

  boolean expired(long nowMillis) {
    return expiresAtMillis <= nowMillis;
  }

  byte[] encode() {
    return new RowWriter(FORMAT)
        .u8(qos.ordinal())
        .number(expiresAtMillis)
        .number(storedAtMillis)
        .bytes(payload)
        .properties(properties)
        .done();
  }

  static RetainedMessage decode(String topic, byte[] value) {
    RowReader in = new RowReader(value, FORMAT);
    Qos qos = Qos.of(in.u8());
    long expires = in.number();
    long stored = in.number();
    return new RetainedMessage(topic, in.bytes(), qos, expires, in.properties(), stored);
  }
}
