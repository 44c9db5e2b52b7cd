package io.thingstead.bench.load;

import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One MQTT 3.1.1 connection: what it has written and what it waits for. */
final class Client {
  private static final int KEEP_ALIVE_SECONDS = 1024;
  private static final int FILTERS_PER_PACKET = 10;

  /** How far a connection has come. */
  enum State {
    IDLE,
    CONNECTING,
    HANDSHAKE,
    WAIT_CONNACK,
    WAIT_SUBACK,
    READY,
    CLOSED
  }

  final int index;
  final byte[] id;
  State state = State.IDLE;
  boolean cleanSession = true;
  List<String> filters = List.of();
  String topic = "";
  @Nullable SocketChannel channel;
  @Nullable SelectionKey key;
  @Nullable Tls tls;

  /** Bytes of a packet that has not come whole. */
  byte[] rest = {};

  int restLength;
  boolean dirty;
  int pendingSubacks;

  /** QoS 1 and 2 messages not yet acknowledged. */
  int inFlight;

  /** Deliveries of its messages that have not come. */
  long outstanding;

  /** Messages that came to it. */
  int got;

  /** When its window was first found full, or 0. */
  long fullSince;

  /** Whether its window may have room again since its publisher last looked. */
  boolean moved = true;

  /** Its place among the publishers. */
  int place;

  private ByteBuffer out = ByteBuffer.allocate(256);
  private int nextId = 1;

  Client(int index, String id) {
    this.index = index;
    this.id = id.getBytes(StandardCharsets.US_ASCII);
  }

  /** Forgets the former connection. */
  void reset() {
    out.clear();
    restLength = 0;
    nextId = 1;
    inFlight = 0;
    outstanding = 0;
    got = 0;
    fullSince = 0;
  }

  /** What is to be written, ready to be read; {@link #written} follows. */
  ByteBuffer unsent() {
    return out.flip();
  }

  void written() {
    out.compact();
  }

  private ByteBuffer room(int bytes) {
    if (out.remaining() < bytes) {
      int size = out.capacity();
      while (size - out.position() < bytes) {
        size *= 2;
      }
      out = ByteBuffer.allocate(size).put(out.flip());
    }
    return out;
  }

  private ByteBuffer packet(int first, int length) {
    ByteBuffer to = room(length + 5).put((byte) first);
    int left = length;
    do {
      int digit = left & 0x7F;
      left >>>= 7;
      to.put((byte) (left > 0 ? digit | 0x80 : digit));
    } while (left > 0);
    return to;
  }

  private int packetId() {
    int id = nextId;
    nextId = nextId == 0xFFFF ? 1 : nextId + 1;
    return id;
  }

  void connect() {
    packet(0x10, 12 + id.length)
        .put(new byte[] {0, 4, 'M', 'Q', 'T', 'T', 4, (byte) (cleanSession ? 2 : 0)})
        .putShort((short) KEEP_ALIVE_SECONDS)
        .putShort((short) id.length)
        .put(id);
  }

  void subscribe(int qos) {
    pendingSubacks = 0;
    for (int from = 0; from < filters.size(); from += FILTERS_PER_PACKET) {
      List<byte[]> some =
          filters.subList(from, Math.min(from + FILTERS_PER_PACKET, filters.size())).stream()
              .map(filter -> filter.getBytes(StandardCharsets.US_ASCII))
              .toList();
      int length = 2 + some.stream().mapToInt(filter -> 3 + filter.length).sum();
      ByteBuffer to = packet(0x82, length).putShort((short) packetId());
      some.forEach(filter -> to.putShort((short) filter.length).put(filter).put((byte) qos));
      pendingSubacks++;
    }
  }

  /** A PUBLISH that says when and by whom. */
  void publish(byte[] topic, int qos, Payload payload, long nanos) {
    ByteBuffer to = packet(0x30 | qos << 1, 2 + topic.length + (qos > 0 ? 2 : 0) + payload.size());
    to.putShort((short) topic.length).put(topic);
    if (qos > 0) {
      to.putShort((short) packetId());
      inFlight++;
    }
    payload.write(to, nanos, index);
  }

  void acknowledge(int first, int packetId) {
    room(4).put((byte) first).put((byte) 2).putShort((short) packetId);
  }

  void disconnect() {
    room(2).put((byte) 0xE0).put((byte) 0);
  }
}
