package io.thingstead.bench.load;

import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Objects;

/** What comes from the broker: counted, answered, and told to the client it concerns. */
final class Packets {
  private final Options options;
  private final Loop loop;
  private final Client[] clients;
  private final Histogram latency = new Histogram();

  /** Whether latencies are written down. */
  boolean measuring;

  long received;
  long acknowledged;
  long duplicates;
  int refusedSubscriptions;

  Packets(Options options, Loop loop, Client[] clients) {
    this.options = options;
    this.loop = loop;
    this.clients = clients;
  }

  Histogram latency() {
    return latency;
  }

  /** Takes whole packets from the buffer; what is left of it is the beginning of another. */
  void parse(Client client, ByteBuffer buffer) {
    SocketChannel channel = client.channel;
    while (buffer.remaining() >= 2) {
      int at = buffer.position() + 1;
      int length = 0;
      int shift = 0;
      int digit;
      do {
        if (at == buffer.limit()) {
          return;
        }
        digit = buffer.get(at++);
        length |= (digit & 0x7F) << shift;
        shift += 7;
      } while (digit < 0);
      if (at + length > buffer.limit()) {
        return;
      }
      int first = buffer.get(buffer.position()) & 0xFF;
      buffer.position(at + length);
      packet(client, buffer, first, at, length);
      if (!Objects.equals(client.channel, channel)) {
        return;
      }
    }
  }

  private void packet(Client client, ByteBuffer in, int first, int at, int length) {
    switch (first >> 4) {
      case 2 -> connack(client, in.get(at + 1));
      case 9 -> {
        for (int i = at + 2; i < at + length; i++) {
          refusedSubscriptions += in.get(i) < 0 ? 1 : 0;
        }
        if (--client.pendingSubacks == 0) {
          loop.ready(client);
        }
      }
      case 3 -> publish(client, in, first, at, length);
      case 4, 7 -> {
        acknowledged++;
        client.inFlight = Math.max(client.inFlight - 1, 0);
        client.fullSince = 0;
        loop.moved(client);
      }
      case 5 -> answer(client, 0x62, in.getShort(at));
      case 6 -> answer(client, 0x70, in.getShort(at));
      default -> {}
    }
  }

  private void connack(Client client, byte code) {
    if (code != 0) {
      throw new LoadException("CONNACK code " + code);
    }
    if (client.filters.isEmpty()) {
      loop.ready(client);
    } else {
      client.state = Client.State.WAIT_SUBACK;
      client.subscribe(options.qos);
      loop.mark(client);
    }
  }

  private void publish(Client client, ByteBuffer in, int first, int at, int length) {
    int qos = (first >> 1) & 3;
    int payload = at + 2 + (in.getShort(at) & 0xFFFF);
    if (qos > 0) {
      answer(client, qos == 1 ? 0x40 : 0x50, in.getShort(payload));
      payload += 2;
    }
    if ((first & 8) != 0) {
      duplicates++;
    }
    received++;
    client.got++;
    Payload format = loop.payload();
    if (format.readable(at + length - payload)) {
      if (measuring) {
        latency.add(System.nanoTime() - format.nanos(in, payload));
      }
      int publisher = format.publisher(in, payload);
      if (publisher >= 0 && publisher < clients.length) {
        Client from = clients[publisher];
        from.outstanding = Math.max(from.outstanding - 1, 0);
        from.fullSince = 0;
        loop.moved(from);
      }
    }
    loop.got(client);
  }

  private void answer(Client client, int first, int packetId) {
    client.acknowledge(first, packetId);
    loop.mark(client);
  }
}
