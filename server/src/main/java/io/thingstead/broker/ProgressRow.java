package io.thingstead.broker;

import java.util.ArrayList;
import java.util.List;

/**
 * How far a session's queue was taken.
 *
 * @param head the lowest number not taken
 * @param inFlight QoS 2 messages whose packet ids the client may know
 * @param taken numbers above the head that were taken
 */
record ProgressRow(long head, List<InFlight> inFlight, List<Long> taken) {
  private static final int FORMAT = 1;

  static final ProgressRow START = new ProgressRow(0, List.of(), List.of());

  /**
   * @param released the client answered PUBREC: only the id is left of it
   */
  record InFlight(int packetId, long sequence, boolean released) {}

  byte[] encode() {
    RowWriter out = new RowWriter(FORMAT);
    out.number(head).number(inFlight.size());
    for (InFlight one : inFlight) {
      out.number(one.packetId).number(one.sequence).flag(one.released);
    }
    out.number(taken.size());
    taken.forEach(out::number);
    return out.done();
  }

  static ProgressRow decode(byte[] value) {
    RowReader in = new RowReader(value, FORMAT);
    long head = in.number();
    int flying = in.integer();
    List<InFlight> inFlight = new ArrayList<>(flying);
    for (int i = 0; i < flying; i++) {
      inFlight.add(new InFlight(in.integer(), in.number(), in.flag()));
    }
    int count = in.integer();
    List<Long> taken = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      taken.add(in.number());
    }
    return new ProgressRow(head, inFlight, taken);
  }
}
