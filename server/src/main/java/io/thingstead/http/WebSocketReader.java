package io.thingstead.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads what the client of a WebSocket sends (RFC 6455 sections 5 and 7.4). The content of binary
 * frames goes on as plain bytes as it comes, in the buffer in which it came; nothing of a frame is
 * held, so that it may be as long as it likes. Control frames go on as such. The first thing that
 * breaks a rule goes on as a {@link CorruptedWebSocketFrameException}, and nothing after it.
 */
final class WebSocketReader extends ChannelInboundHandlerAdapter {
  private static final int CONTINUATION = 0;
  private static final int TEXT = 1;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;
  private static final int CONTROL_BYTES_MAX = 125;
  private static final int MASK_BYTES = 4;

  /** Lengths that say that the length comes in so many bytes more. */
  private static final int LENGTH_OF_2 = 126;

  private static final int LENGTH_OF_8 = 127;

  /** The longest head: two bytes, a length of eight, a mask. */
  private final byte[] head = new byte[2 + Long.BYTES + MASK_BYTES];

  private int headLength;

  /** How long the head is, as far as is known. */
  private int headWanted = 2;

  private boolean inBody;
  private int code;
  private long bodyLeft;

  /** The mask for the next eight bytes of the body. */
  private long mask;

  /** Whether the last data frame was not the last of its message. */
  private boolean fragmented;

  private byte[] control = {};
  private int controlLength;
  private boolean over;

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof ByteBuf bytes)) {
      ctx.fireChannelRead(message);
      return;
    }
    if (over) {
      bytes.release();
      return;
    }
    // What frames contain is moved together, to where their heads have been.
    int start = bytes.readerIndex();
    int end = bytes.writerIndex();
    int at = start;
    int filled = start;
    try {
      while (at < end && !over) {
        if (!inBody) {
          head(bytes.getByte(at++));
        } else if (code >= CLOSE) {
          control[controlLength++] = (byte) (bytes.getByte(at++) ^ mask);
          mask = Long.rotateRight(mask, Byte.SIZE);
          bodyLeft--;
        } else {
          int some = (int) Math.min(bodyLeft, end - at);
          unmask(bytes, at, filled, some);
          at += some;
          filled += some;
          bodyLeft -= some;
        }
        if (inBody && bodyLeft == 0) {
          inBody = false;
          if (code == CLOSE) {
            over = true;
            checkClose();
          } else if (code > CLOSE) {
            pass(ctx);
          }
        }
      }
    } catch (CorruptedWebSocketFrameException e) {
      over = true;
      content(ctx, bytes, start, filled);
      ctx.fireExceptionCaught(e);
      return;
    }
    content(ctx, bytes, start, filled);
    if (over) {
      ctx.fireChannelRead(new CloseWebSocketFrame(true, 0, body()));
    }
  }

  private static void content(ChannelHandlerContext ctx, ByteBuf bytes, int start, int end) {
    if (end > start) {
      ctx.fireChannelRead(bytes.setIndex(start, end));
    } else {
      bytes.release();
    }
  }

  /** One more byte of a frame's head, which is refused as early as it can be. */
  private void head(byte next) {
    head[headLength++] = next;
    if (headLength == 2) {
      begin();
    }
    if (headLength == headWanted) {
      ByteBuffer fields = ByteBuffer.wrap(head, 0, headLength).position(2);
      bodyLeft = length(head[1] & 127, fields);
      long key = Integer.toUnsignedLong(fields.order(ByteOrder.LITTLE_ENDIAN).getInt());
      mask = key << Integer.SIZE | key;
      headLength = 0;
      headWanted = 2;
      inBody = true;
    }
  }

  private static long length(int shortest, ByteBuffer fields) {
    long length =
        switch (shortest) {
          case LENGTH_OF_2 -> Short.toUnsignedLong(fields.getShort());
          case LENGTH_OF_8 -> fields.getLong();
          default -> shortest;
        };
    boolean longer =
        shortest == LENGTH_OF_2 && length < LENGTH_OF_2
            || shortest == LENGTH_OF_8 && length < 1 << Short.SIZE;
    if (longer) {
      throw broken("a length is negative, or longer than it needs to be");
    }
    return length;
  }

  private void begin() {
    boolean last = head[0] < 0;
    boolean masked = head[1] < 0;
    code = head[0] & 15;
    int length = head[1] & 127;
    if ((head[0] & 0x70) != 0) {
      throw broken("reserved bits are set, and no extension was agreed on");
    }
    if (!masked) {
      throw broken("a frame of a client is not masked");
    }
    switch (code) {
      case CONTINUATION -> {
        if (!fragmented) {
          throw broken("a continuation of nothing");
        }
        fragmented = !last;
      }
      case BINARY -> {
        if (fragmented) {
          throw broken("a message begins before the former has ended");
        }
        fragmented = !last;
      }
      case TEXT ->
          throw new CorruptedWebSocketFrameException(
              WebSocketCloseStatus.INVALID_MESSAGE_TYPE,
              "MQTT goes in binary frames, not in text [MQTT-6.0.0-1]");
      case CLOSE, PING, PONG -> {
        if (!last || length > CONTROL_BYTES_MAX) {
          throw broken("a control frame in fragments, or of more than 125 bytes");
        }
        controlLength = 0;
        control = new byte[length];
      }
      default -> throw broken("the reserved opcode " + code);
    }
    headWanted = 2 + MASK_BYTES;
    if (length == LENGTH_OF_2) {
      headWanted += Short.BYTES;
    } else if (length == LENGTH_OF_8) {
      headWanted += Long.BYTES;
    }
  }

  /** Takes so many bytes of a body, and puts them where there is room further in front. */
  private void unmask(ByteBuf bytes, int from, int to, int count) {
    int done = 0;
    for (; done + Long.BYTES <= count; done += Long.BYTES) {
      bytes.setLongLE(to + done, bytes.getLongLE(from + done) ^ mask);
    }
    for (; done < count; done++) {
      bytes.setByte(to + done, (byte) (bytes.getByte(from + done) ^ mask));
      mask = Long.rotateRight(mask, Byte.SIZE);
    }
  }

  private void pass(ChannelHandlerContext ctx) {
    ctx.fireChannelRead(
        code == PING ? new PingWebSocketFrame(body()) : new PongWebSocketFrame(body()));
  }

  private ByteBuf body() {
    return Unpooled.wrappedBuffer(control);
  }

  /** Nothing, or a status that may be sent and a reason in UTF-8. */
  private void checkClose() {
    if (control.length == 0) {
      return;
    }
    ByteBuffer body = ByteBuffer.wrap(control);
    int status = control.length == 1 ? 0 : Short.toUnsignedInt(body.getShort());
    boolean known =
        status >= 1000 && status <= 1003
            || status >= 1007 && status <= 1014
            || status >= 3000 && status < 5000;
    if (!known) {
      throw broken("no status by which a client may close");
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(body);
    } catch (CharacterCodingException _) {
      throw new CorruptedWebSocketFrameException(
          WebSocketCloseStatus.INVALID_PAYLOAD_DATA, "the reason of a close is not UTF-8");
    }
  }

  private static CorruptedWebSocketFrameException broken(String why) {
    return new CorruptedWebSocketFrameException(WebSocketCloseStatus.PROTOCOL_ERROR, why);
  }
}
