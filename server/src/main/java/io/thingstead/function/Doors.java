package io.thingstead.function;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Ways out of the sandbox: a Unix socket whose connections end at this server's own TLS port, and
 * nowhere else.
 */
final class Doors {
  private static final System.Logger LOG = System.getLogger(Doors.class.getName());

  private final Executor threads;
  private final Supplier<InetSocketAddress> server;

  Doors(Executor threads, Supplier<InetSocketAddress> server) {
    this.threads = threads;
    this.server = server;
  }

  /** Opens one; it is open until the channel is closed. */
  ServerSocketChannel open(Path socket) throws IOException {
    ServerSocketChannel door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    door.bind(UnixDomainSocketAddress.of(socket));
    threads.execute(
        () -> {
          try {
            while (true) {
              SocketChannel inside = door.accept();
              threads.execute(() -> carry(inside));
            }
          } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a door of functions is closed", e);
          }
        });
    return door;
  }

  private void carry(SocketChannel inside) {
    try (inside;
        SocketChannel outside = SocketChannel.open(server.get())) {
      CompletableFuture<Void> back =
          CompletableFuture.runAsync(
              () -> {
                pump(outside, inside);
                close(inside);
              },
              threads);
      pump(inside, outside);
      back.join();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "a function could not reach the server", e);
    }
  }

  private static void pump(SocketChannel from, SocketChannel to) {
    try {
      InputStream in = Channels.newInputStream(from);
      OutputStream out = Channels.newOutputStream(to);
      in.transferTo(out);
      to.shutdownOutput();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.TRACE, "one side has gone", e);
    }
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.TRACE, "it was closed", e);
    }
  }
}
