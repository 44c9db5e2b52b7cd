package io.thingstead.broker;

/**
 * A shared group that has queued something.
 *
 * @param incarnation tells its rows from those of an earlier group of the name
 */
record GroupRow(long incarnation) {
  private static final int FORMAT = 1;

  byte[] encode() {
    return new RowWriter(FORMAT).number(incarnation).done();
  }

  static GroupRow decode(byte[] value) {
    return new GroupRow(new RowReader(value, FORMAT).number());
  }
}
