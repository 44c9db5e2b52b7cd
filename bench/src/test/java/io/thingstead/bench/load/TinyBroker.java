package io.thingstead.bench.load;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Just enough of a broker: exact filters, every delivery at QoS 0, acknowledgements in order. */
final class TinyBroker implements AutoCloseable {
  private final ServerSocket server;
  private final Map<String, List<Socket>> subscribers = new ConcurrentHashMap<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();

  TinyBroker() throws IOException {
    server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  private void accept() {
    while (true) {
      try {
        Socket socket = server.accept();
        sockets.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException _) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
      while (true) {
        int first = in.readUnsignedByte();
        int length = 0;
        int digit;
        int shift = 0;
        do {
          digit = in.readUnsignedByte();
          length |= (digit & 0x7F) << shift;
          shift += 7;
        } while (digit > 0x7F);
        byte[] body = in.readNBytes(length);
        if (first >> 4 == 14) {
          return;
        }
        packet(socket, first, body);
      }
    } catch (IOException _) {
      // The client went away.
    }
  }

  private void packet(Socket socket, int first, byte[] body) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(body);
    switch (first >> 4) {
      case 1 -> send(socket, 0x20, 2, 0, 0);
      case 3 -> {
        byte[] topic = new byte[in.getShort()];
        in.get(topic);
        int id = (first & 6) != 0 ? in.getShort() : 0;
        byte[] payload = new byte[in.remaining()];
        in.get(payload);
        publish(topic, payload);
        if ((first & 6) == 2) {
          send(socket, 0x40, 2, id >> 8, id);
        } else if ((first & 6) == 4) {
          send(socket, 0x50, 2, id >> 8, id);
        }
      }
      case 6 -> send(socket, 0x70, 2, body[0], body[1]);
      case 8 -> {
        in.getShort();
        byte[] filter = new byte[in.getShort()];
        in.get(filter);
        subscribers
            .computeIfAbsent(
                new String(filter, StandardCharsets.US_ASCII), _ -> new CopyOnWriteArrayList<>())
            .add(socket);
        send(socket, 0x90, 3, body[0], body[1], 0);
      }
      default -> {}
    }
  }

  private void publish(byte[] topic, byte[] payload) throws IOException {
    byte[] packet =
        ByteBuffer.allocate(4 + topic.length + payload.length)
            .put((byte) 0x30)
            .put((byte) (2 + topic.length + payload.length))
            .putShort((short) topic.length)
            .put(topic)
            .put(payload)
            .array();
    String name = new String(topic, StandardCharsets.US_ASCII);
    for (Socket to : subscribers.getOrDefault(name, List.of())) {
      write(to, packet);
    }
  }

  private static void send(Socket socket, int... bytes) throws IOException {
    byte[] packet = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      packet[i] = (byte) bytes[i];
    }
    write(socket, packet);
  }

  private static void write(Socket socket, byte[] packet) throws IOException {
    OutputStream out = socket.getOutputStream();
    synchronized (socket) {
      out.write(packet);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
