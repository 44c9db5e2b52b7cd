package io.thingstead.mqtt;

import java.io.IOException;

/** Raw clients of a node, each by a name of its own, and what they are told in words. */
final class Attempts {
  private final TestNode node;
  private int names;

  Attempts(TestNode node) {
    this.node = node;
  }

  /** A number that was not given before. */
  int next() {
    return names++;
  }

  int port() {
    return node.port();
  }

  RawClient join(Version version) throws IOException {
    return RawClient.joined(node.port(), version, "c" + next(), true);
  }

  /** What a CONNECT is answered. */
  String connect(Connect packet) throws IOException {
    try (RawClient client = new RawClient(node.port(), packet.version())) {
      client.send(packet);
      return told(client);
    }
  }

  /** The next packet, or that the server has closed the connection. */
  static String told(RawClient client) throws IOException {
    return switch (client.readOrEnd()) {
      case null -> "closed";
      case PubAck ack -> "PUBACK " + ack.reason();
      case SubAck ack -> "SUBACK " + ack.reasons();
      case ConnAck ack when ack.reason() == ReasonCode.SUCCESS ->
          "expiry %d, keep alive %d"
              .formatted(
                  ack.properties().sessionExpirySeconds(),
                  ack.properties().serverKeepAliveSeconds());
      case ConnAck ack -> "CONNACK " + ack.reason();
      case Disconnect end -> "DISCONNECT " + end.reason();
      case Publish _ -> "a message";
      case PingResp _ -> "nothing";
      default -> "another packet";
    };
  }
}
