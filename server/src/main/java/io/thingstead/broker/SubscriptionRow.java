package io.thingstead.broker;

/** The options of a subscription of a durable session. */
record SubscriptionRow(Qos qos, boolean noLocal, boolean retainAsPublished, int id) {
  private static final int FORMAT = 1;

  byte[] encode() {
    return new RowWriter(FORMAT)
        .u8(qos.ordinal())
        .flag(noLocal)
        .flag(retainAsPublished)
        .number(id)
        .done();
  }

  static SubscriptionRow decode(byte[] value) {
    RowReader in = new RowReader(value, FORMAT);
    return new SubscriptionRow(Qos.of(in.u8()), in.flag(), in.flag(), in.integer());
  }
}
