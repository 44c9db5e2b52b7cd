package io.thingstead.installed;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Stands between clients and a port of the server: cuts connections on demand, or, where MQTT goes
 * by without TLS, when a packet of a kind comes along.
 */
final class Relay implements AutoCloseable {
  /** Which way a packet goes. */
  enum Way {
    TO_SERVER,
    TO_CLIENT
  }

  /**
   * The next packet of a type, which is not passed on: instead something is done, and all is cut.
   */
  private record Trap(Way way, int type, Runnable action) {}

  private final ServerSocket listening;
  private final int server;
  private final boolean packets;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicReference<Trap> trap = new AtomicReference<>();

  /**
   * @param server the port behind
   * @param packets whether what goes by is MQTT without TLS
   */
  Relay(int server, boolean packets) {
    this.server = server;
    this.packets = packets;
    try {
      listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listening.getLocalPort();
  }

  void trap(Way way, int type, Runnable action) {
    trap.set(new Trap(way, type, action));
  }

  /** Ends every connection without a farewell. */
  void cut() {
    for (Socket each : List.copyOf(open)) {
      open.remove(each);
      try {
        each.setSoLinger(true, 0);
        each.close();
      } catch (IOException gone) {
        // It is closed.
      }
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listening.accept();
        Thread.ofVirtual().start(() -> serve(client));
      }
    } catch (IOException closed) {
      // close() was called.
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket behind = new Socket(InetAddress.getLoopbackAddress(), server)) {
      open.add(client);
      open.add(behind);
      Thread back = Thread.ofVirtual().start(() -> pass(behind, client, Way.TO_CLIENT));
      pass(client, behind, Way.TO_SERVER);
      back.join();
    } catch (IOException down) {
      // Nobody is behind.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void pass(Socket from, Socket to, Way way) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      if (packets) {
        passPackets(in, out, way);
      } else {
        in.transferTo(out);
      }
    } catch (IOException gone) {
      // The other direction ends as well, for both sockets are closed.
    }
  }

  private void passPackets(InputStream in, OutputStream out, Way way) throws IOException {
    int first;
    while ((first = in.read()) >= 0) {
      ByteArrayOutputStream packet = new ByteArrayOutputStream();
      packet.write(first);
      int length = 0;
      int shift = 0;
      int next;
      do {
        next = in.read();
        packet.write(next);
        length |= (next & 0x7F) << shift;
        shift += 7;
      } while ((next & 0x80) != 0);
      packet.write(in.readNBytes(length));
      Trap set = trap.get();
      if (set != null
          && set.way == way
          && set.type == first >> 4
          && trap.compareAndSet(set, null)) {
        set.action.run();
        cut();
        return;
      }
      out.write(packet.toByteArray());
    }
  }

  @Override
  public void close() {
    try {
      listening.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    cut();
  }
}
