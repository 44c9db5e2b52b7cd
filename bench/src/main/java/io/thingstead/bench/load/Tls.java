package io.thingstead.bench.load;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/** TLS over one non-blocking channel; only the loop's thread uses it. */
final class Tls {
  private static final int RECORD = 17 * 1024;

  private final SSLEngine engine;
  private final ByteBuffer sealed = ByteBuffer.allocateDirect(RECORD).flip();
  private final ByteBuffer outgoing = ByteBuffer.allocateDirect(RECORD).flip();

  Tls(SslContext context) {
    engine = context.newEngine(ByteBufAllocator.DEFAULT);
    engine.setUseClientMode(true);
  }

  /** A context for all clients of a run; sessions are never resumed, so each shakes hands fully. */
  static SslContext context(Options options) {
    try {
      SslContextBuilder builder =
          SslContextBuilder.forClient()
              .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
              .protocols("TLSv1.3")
              // The certificate is checked; the brokers' names differ from 127.0.0.1.
              .endpointIdentificationAlgorithm(null);
      if (options.ca != null) {
        builder.trustManager(options.ca.toFile());
      }
      if (options.certificate != null && options.key != null) {
        builder.keyManager(options.certificate.toFile(), options.key.toFile());
      }
      return builder.build();
    } catch (SSLException e) {
      throw new LoadException("no TLS: " + e.getMessage());
    }
  }

  boolean isOpen() {
    HandshakeStatus status = engine.getHandshakeStatus();
    return (status == HandshakeStatus.NOT_HANDSHAKING || status == HandshakeStatus.FINISHED)
        && engine.getSession().isValid();
  }

  void begin() throws IOException {
    engine.beginHandshake();
  }

  /** Goes on with the handshake as far as it can. */
  void step(SocketChannel channel, ByteBuffer scratch) throws IOException {
    while (true) {
      switch (engine.getHandshakeStatus()) {
        case NEED_TASK -> {
          for (Runnable task; (task = engine.getDelegatedTask()) != null; ) {
            task.run();
          }
        }
        case NEED_WRAP -> {
          if (!write(channel, ByteBuffer.allocate(0))) {
            return;
          }
        }
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
          scratch.clear();
          if (read(channel, scratch) <= 0
              && engine.getHandshakeStatus() == HandshakeStatus.NEED_UNWRAP) {
            return;
          }
        }
        case FINISHED, NOT_HANDSHAKING -> {
          return;
        }
      }
    }
  }

  /** Reads plain bytes; 0 when there are none now, -1 at the end. */
  int read(SocketChannel channel, ByteBuffer into) throws IOException {
    int before = into.position();
    while (true) {
      sealed.compact();
      int got = channel.read(sealed);
      sealed.flip();
      SSLEngineResult.Status status = unwrap(into);
      int plain = into.position() - before;
      if (status == SSLEngineResult.Status.CLOSED || (got < 0 && plain == 0)) {
        return plain > 0 ? plain : -1;
      }
      HandshakeStatus next = engine.getHandshakeStatus();
      boolean waiting = next == HandshakeStatus.NEED_TASK || next == HandshakeStatus.NEED_WRAP;
      if (got <= 0 || waiting || status == SSLEngineResult.Status.BUFFER_OVERFLOW) {
        return plain;
      }
    }
  }

  private SSLEngineResult.Status unwrap(ByteBuffer into) throws IOException {
    SSLEngineResult result;
    do {
      result = engine.unwrap(sealed, into);
      if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
        return result.getStatus();
      }
      HandshakeStatus next = result.getHandshakeStatus();
      if (next == HandshakeStatus.NEED_TASK || next == HandshakeStatus.NEED_WRAP) {
        return result.getStatus();
      }
    } while (result.getStatus() == SSLEngineResult.Status.OK
        && (result.bytesConsumed() > 0 || result.bytesProduced() > 0));
    return result.getStatus();
  }

  /** Writes; false when the channel takes no more now and the rest of it stays in {@code plain}. */
  boolean write(SocketChannel channel, ByteBuffer plain) throws IOException {
    while (true) {
      if (outgoing.hasRemaining()) {
        channel.write(outgoing);
        if (outgoing.hasRemaining()) {
          return false;
        }
      }
      if (!plain.hasRemaining() && engine.getHandshakeStatus() != HandshakeStatus.NEED_WRAP) {
        return true;
      }
      outgoing.clear();
      SSLEngineResult result = engine.wrap(plain, outgoing);
      outgoing.flip();
      if (result.bytesProduced() == 0 && result.bytesConsumed() == 0) {
        return !plain.hasRemaining();
      }
    }
  }

  /** Frees native memory. */
  void close() {
    ReferenceCountUtil.release(engine);
  }
}
