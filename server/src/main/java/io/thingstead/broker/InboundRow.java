package io.thingstead.broker;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * A QoS 2 message taken from a client that sinks or retained messages have still to get. When they
 * have it the row is empty, and only its key says that the id was taken.
 *
 * @param takenAtMillis when the server took it, epoch milliseconds
 */
record InboundRow(Stored message, Origin origin, long takenAtMillis) {
  /** All that is left to remember is the packet id. */
  static final byte[] ROUTED = {};

  private static final int FORMAT = 1;

  byte[] encode() {
    InetAddress ip = origin.sourceIp();
    return new RowWriter(FORMAT)
        .number(takenAtMillis)
        .optional(origin.clientId())
        .optional(origin.principalId())
        .bytes(ip == null ? new byte[0] : ip.getAddress())
        .number(origin.hops())
        .bytes(QueueRow.encode(message))
        .done();
  }

  /** Null when the message was routed. */
  static @Nullable InboundRow decode(byte[] value, Router router) {
    if (value.length == 0) {
      return null;
    }
    RowReader in = new RowReader(value, FORMAT);
    long takenAtMillis = in.number();
    Origin origin = new Origin(in.optional(), in.optional(), address(in.bytes()), in.integer());
    Stored message = QueueRow.decode(0, in.bytes(), router).getFirst();
    return new InboundRow(message, origin, takenAtMillis);
  }

  private static @Nullable InetAddress address(byte[] bytes) {
    try {
      return bytes.length == 0 ? null : InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of " + bytes.length + " bytes", e);
    }
  }
}
