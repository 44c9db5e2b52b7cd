package io.thingstead.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.WriteBufferWaterMark;
import io.thingstead.broker.Closing;
import io.thingstead.broker.Lane;
import io.thingstead.broker.Target;
import org.jspecify.annotations.Nullable;

/**
 * What a connection has to send at the end of its loop's turn, gathered in few buffers; the target
 * of its session.
 */
final class Output implements Target {
  // Bytes waiting for a slow client: above the second its messages wait, below the first they go
  // on.
  private static final WriteBufferWaterMark WAITING =
      new WriteBufferWaterMark(128 << 10, 512 << 10);

  /** Output gathered in one buffer before it is handed to the channel. */
  private static final int BUFFER_BYTES_MAX = 64 << 10;

  private static final int BUFFER_BYTES = 256;

  private final Connection connection;
  private final Channel channel;
  private Encoder encoder = Encoder.of(Version.V3_1_1);
  private long packetBytesMax = Long.MAX_VALUE;
  private @Nullable Lane lane;
  private @Nullable ByteBuf buffer;
  private boolean dirty;

  Output(Connection connection, Channel channel) {
    this.connection = connection;
    this.channel = channel;
    channel.config().setWriteBufferWaterMark(WAITING);
  }

  void speaks(Version version) {
    encoder = Encoder.of(version);
  }

  /** From here on the lane flushes it. */
  void lives(Lane on, long packetBytesMax) {
    lane = on;
    this.packetBytesMax = packetBytesMax;
  }

  Encoder encoder() {
    return encoder;
  }

  /** Sends any packet. */
  void send(Packet packet) {
    encoder.encode(packet, out(64));
  }

  @Override
  public boolean properties() {
    return encoder.version().is5();
  }

  @Override
  public long packetBytesMax() {
    return packetBytesMax;
  }

  @Override
  public boolean writable() {
    return channel.isWritable();
  }

  @Override
  public ByteBuf out(int bytes) {
    if (!dirty) {
      dirty = true;
      if (lane != null) {
        lane.dirty(this);
      }
    }
    return room(bytes);
  }

  private ByteBuf room(int bytes) {
    ByteBuf now = buffer;
    if (now == null) {
      now = channel.alloc().directBuffer(Math.max(bytes, BUFFER_BYTES));
      buffer = now;
    } else if (now.writableBytes() < bytes) {
      if (now.readableBytes() + bytes > BUFFER_BYTES_MAX) {
        var _ = channel.write(now, channel.voidPromise());
        now = channel.alloc().directBuffer(Math.max(bytes, BUFFER_BYTES_MAX));
        buffer = now;
      } else {
        now.ensureWritable(bytes);
      }
    }
    return now;
  }

  @Override
  public void append(ByteBuf piece) {
    hand();
    var _ = channel.write(piece, channel.voidPromise());
  }

  @Override
  public void flush() {
    dirty = false;
    hand();
    channel.flush();
  }

  private void hand() {
    ByteBuf now = buffer;
    if (now != null) {
      buffer = null;
      var _ = channel.write(now, channel.voidPromise());
    }
  }

  @Override
  public void release(int packetId) {
    encoder.pubRel(out(4), packetId);
  }

  @Override
  public void close(Closing why) {
    connection.close(why);
  }
}
