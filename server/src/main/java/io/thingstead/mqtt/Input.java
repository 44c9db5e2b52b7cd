package io.thingstead.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.thingstead.net.Unfinished;
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
  private final Unfinished room;
  private @Nullable ByteBuf unread;

  /** What it holds of the room of all; null until a packet has not arrived whole. */
  private Unfinished.@Nullable Share share;

  private boolean paused;
  private boolean decoding;

  Input(Connection connection, int packetBytesMax, Unfinished room) {
    this.connection = connection;
    this.room = room;
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

  /** Holds room for what the buffer has become; ends a connection that gets none. */
  private boolean charge(ByteBuf buffer) {
    Unfinished.Share mine = share;
    if (mine == null) {
      mine = room.share(connection.transport().account().id(), this::leave);
      share = mine;
    }
    if (mine.hold(buffer.capacity(), paused ? Long.MAX_VALUE : buffer.readableBytes())) {
      return true;
    }
    outOfRoom();
    return false;
  }

  /** Others need the room; on any thread. */
  private void leave() {
    Channel on = channel();
    on.eventLoop()
        .execute(
            () -> {
              if (!on.eventLoop().inEventLoop()) {
                leave(); // it was moved meanwhile
              } else if (share != null && share.mustLeave()) {
                outOfRoom();
              }
            });
  }

  private void outOfRoom() {
    connection.outOfRoom(
        "there is no more room for packets that have not arrived whole, of all clients together "
            + room.bytesMax()
            + " bytes, and this client has taken longest");
  }

  private void free(ByteBuf buffer) {
    unread = null;
    begins();
    buffer.release();
  }

  private void decodeUnread() {
    ByteBuf all = unread;
    if (all == null || decoding) {
      return;
    }
    int before = all.readerIndex();
    decode(all);
    if (unread == null) {
      return;
    }
    if (!all.isReadable() || connection.closed()) {
      free(all);
      return;
    }
    if (all.readerIndex() != before) {
      // What is unfinished now has only begun.
      begins();
    }
    if (all.refCnt() == 1) {
      all.discardSomeReadBytes();
    } else {
      // Payloads in it are on their way to others, who would see them change.
      free(all.retain());
      ByteBuf rest = channel().alloc().buffer(all.readableBytes());
      rest.writeBytes(all);
      all.release();
      unread = rest;
      all = rest;
    }
    var _ = charge(all);
  }

  private void begins() {
    if (share != null) {
      share.letGo();
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
      begins();
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
    if (share != null) {
      share.end();
    }
  }
}
