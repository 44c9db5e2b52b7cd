package io.thingstead.broker;

/**
 * A durable session.
 *
 * @param incarnation tells the rows of this session from those of an earlier one of the client
 * @param properties whether the client spoke MQTT 5
 * @param expirySeconds how long it outlives its connection
 * @param offlineSinceMillis when its connection ended, or 0 while it has one
 */
record SessionRow(
    long incarnation, boolean properties, long expirySeconds, long offlineSinceMillis) {
  private static final int FORMAT = 1;

  byte[] encode() {
    return new RowWriter(FORMAT)
        .number(incarnation)
        .flag(properties)
        .number(expirySeconds)
        .number(offlineSinceMillis)
        .done();
  }

  static SessionRow decode(byte[] value) {
    RowReader in = new RowReader(value, FORMAT);
    return new SessionRow(in.number(), in.flag(), in.number(), in.number());
  }
}
