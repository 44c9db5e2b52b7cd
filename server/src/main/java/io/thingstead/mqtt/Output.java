package io.thingstead.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.WriteBufferWaterMark;
import org.jspecify.annotations.Nullable;

/** What a connection has to send at the end of its loop's turn, gathered in few buffers. */
final class Output {
  // Bytes waiting for a slow client: above the second its messages wait, below the first they go
  // on.
  private static final WriteBufferWaterMark WAITING =
      new WriteBufferWaterMark(128 << 10, 512 << 10);

  /** Output gathered in one buffer before it is handed to the channel. */
  private static final int BUFFER_BYTES_MAX = 64 << 10;

  private static final int BUFFER_BYTES = 256;

  private final Channel channel;
  private @Nullable ByteBuf buffer;
  private boolean dirty;

  Output(Channel channel) {
    this.channel = channel;
    channel.config().setWriteBufferWaterMark(WAITING);
  }

  /** Notes that there is something to flush; whether that is news. */
  boolean mark() {
    boolean news = !dirty;
    dirty = true;
    return news;
  }

  /** The buffer, with room for so many bytes. */
  ByteBuf room(int bytes) {
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

  /** Sends a large piece behind what the buffer holds. */
  void append(ByteBuf piece) {
    hand();
    var _ = channel.write(piece, channel.voidPromise());
  }

  void flush() {
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
}
