package io.thingstead.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * What a client has sent, cut into packets: keeps the bytes of a packet that has not arrived whole,
 * and everything while the connection is paused. On the connection's loop.
 */
final class Input {
  /** Bytes a client may send before CONNACK tells it that it is connected. */
  private static final int EARLY_BYTES_MAX = 64 << 10;

  private final Connection connection;
  private final Decoder decoder;
  private final Unread budget;
  private @Nullable ByteBuf unread;

  /** What it has taken of the budget. */
  private int charged;

  private boolean paused;
  private boolean decoding;

  Input(Connection connection, int packetBytesMax, Unread budget) {
    this.connection = connection;
    this.budget = budget;
    this.decoder = new Decoder(packetBytesMax);
  }

  /** What the client speaks; null until it has said so. */
  @Nullable Version version() {
    return decoder.version();
  }

  boolean paused() {
    return paused;
  }

  /** Takes over the bytes that have come. */
  void read(ByteBuf bytes) {
    if (unread == null && !paused) {
      try {
        decode(bytes);
        keep(bytes);
      } finally {
        bytes.release();
      }
      return;
    }
    ByteBuf all = unread == null ? channel().alloc().buffer(bytes.readableBytes()) : unread;
    unread = all;
    all.writeBytes(bytes);
    bytes.release();
    if (!charge(all)) {
      return;
    }
    if (!paused) {
      decodeUnread();
      return;
    }
    // Only now, since most clients that are paused send nothing: it costs two system calls.
    channel().config().setAutoRead(false);
    if (all.readableBytes() > EARLY_BYTES_MAX && !connection.open()) {
      connection.fail(
          ReasonCode.QUOTA_EXCEEDED, "more than " + EARLY_BYTES_MAX + " bytes before CONNACK");
    }
  }

  private Channel channel() {
    return connection.channel();
  }

  private void keep(ByteBuf bytes) {
    if (bytes.isReadable() && !connection.closed()) {
      ByteBuf rest = channel().alloc().buffer(Math.max(64, bytes.readableBytes()));
      rest.writeBytes(bytes);
      unread = rest;
      var _ = charge(rest);
    }
  }

  /** Takes what the buffer has become out of the budget of all; ends a connection that cannot. */
  private boolean charge(ByteBuf buffer) {
    int more = buffer.capacity() - charged;
    if (more <= 0 || budget.take(more)) {
      charged = Math.max(charged, buffer.capacity());
      return true;
    }
    connection.outOfRoom(
        "packets that have not arrived whole take "
            + budget.bytesMax()
            + " bytes of all clients together already");
    return false;
  }

  private void free(ByteBuf buffer) {
    unread = null;
    budget.giveBack(charged);
    charged = 0;
    buffer.release();
  }

  private void decodeUnread() {
    ByteBuf all = unread;
    if (all == null || decoding) {
      return;
    }
    decode(all);
    if (unread == null) {
      return;
    }
    if (all.isReadable() && !connection.closed()) {
      all.discardSomeReadBytes();
    } else {
      free(all);
    }
  }

  private void decode(ByteBuf bytes) {
    decoding = true;
    try {
      while (!paused && !connection.closed()) {
        Packet packet = decoder.decode(bytes);
        if (packet == null) {
          break;
        }
        connection.on(packet);
      }
    } catch (PacketException e) {
      connection.malformed(e);
    } finally {
      decoding = false;
    }
  }

  /** Answers nothing more until {@link #resume}, and reads at most once more. */
  void pause() {
    paused = true;
  }

  /** Goes on with what was kept, then with what comes. */
  void resume() {
    if (paused && connection.open()) {
      paused = false;
      decodeUnread();
      if (!paused && connection.open()) {
        channel().config().setAutoRead(true);
      }
    }
  }

  /** The connection is closed: nothing is read any more. */
  void close() {
    // A packet of it may be in work: then whoever decodes it releases the rest.
    if (!decoding) {
      release();
    }
  }

  /** Gives back what was not read. */
  void release() {
    ByteBuf rest = unread;
    if (rest != null) {
      free(rest);
    }
  }
}
