package io.thingstead.installed;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A SOCKS 5 proxy that takes every host name to this machine, so that clients without a resolver of
 * their own call {@code ID.localhost} or {@code gate.example} by their names (RFC 1928; no
 * authentication, CONNECT only).
 */
public final class Socks implements AutoCloseable {
  private static final byte[] METHOD_NONE = {5, 0};
  private static final byte[] CONNECTED = {5, 0, 0, 1, 127, 0, 0, 1, 0, 0};
  private static final int BY_NAME = 3;

  private final ServerSocket listening;

  public Socks() {
    try {
      listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  /** For mosquitto's option {@code --proxy}: the proxy looks names up. */
  public String url() {
    return "socks5h://127.0.0.1:" + listening.getLocalPort();
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

  private static void serve(Socket client) {
    try (client) {
      DataInputStream in = new DataInputStream(client.getInputStream());
      in.readUnsignedByte();
      in.skipNBytes(in.readUnsignedByte());
      client.getOutputStream().write(METHOD_NONE);
      in.skipNBytes(3);
      if (in.readUnsignedByte() != BY_NAME) {
        throw new IOException("not a host name");
      }
      String name = new String(in.readNBytes(in.readUnsignedByte()), StandardCharsets.US_ASCII);
      int port = in.readUnsignedShort();
      if (!name.endsWith("localhost") && !name.endsWith(".example")) {
        throw new IOException("not a name of this machine: " + name);
      }
      try (Socket server = new Socket(InetAddress.getLoopbackAddress(), port)) {
        client.getOutputStream().write(CONNECTED);
        Thread back = Thread.ofVirtual().start(() -> copy(server, client));
        copy(client, server);
        back.join();
      }
    } catch (IOException gone) {
      // Either side went away; the other notices by the closed socket.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void copy(Socket from, Socket to) {
    try {
      OutputStream out = to.getOutputStream();
      from.getInputStream().transferTo(out);
      to.shutdownOutput();
    } catch (IOException gone) {
      // As above.
    }
  }

  @Override
  public void close() {
    try {
      listening.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
