package io.thingstead.mqtt;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.thingstead.broker.MessageProperties;
import io.thingstead.broker.Qos;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client that sends and reads packets one by one, so that a test may break every rule. */
final class RawClient implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 10_000;

  private final Socket socket;
  private final Encoder encoder;
  private final Decoder decoder;
  private final ByteBuf in = Unpooled.buffer();
  private @Nullable ConnAck connAck;
  private int lastId;

  RawClient(int port, Version version) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true);
    encoder = Encoder.of(version);
    decoder = new Decoder(1 << 20, version);
  }

  static Connect connect(Version version, String clientId, boolean clean, @Nullable Will will) {
    return new Connect(version, clean, 60, clientId, will, null, null, ConnectProperties.NONE);
  }

  /** A connected client. */
  static RawClient joined(int port, Version version, String clientId, boolean clean)
      throws IOException {
    RawClient client = new RawClient(port, version);
    client.send(connect(version, clientId, clean, null));
    ConnAck ack = (ConnAck) client.read();
    if (ack.reason() != ReasonCode.SUCCESS) {
      throw new AssertionError("refused: " + ack);
    }
    return client;
  }

  /** Connects and expects no refusal. */
  RawClient connect(Connect packet) throws IOException {
    send(packet);
    ConnAck ack = (ConnAck) read();
    assertThat(ack.reason()).isEqualTo(ReasonCode.SUCCESS);
    connAck = ack;
    return this;
  }

  /** The answer to {@link #connect}. */
  ConnAck connAck() {
    return requireNonNull(connAck);
  }

  /** Subscribes and expects no refusal. */
  RawClient subscribed(Subscribe.Request... requests) throws IOException {
    return subscribed(SubscribeProperties.NONE, requests);
  }

  RawClient subscribed(SubscribeProperties properties, Subscribe.Request... requests)
      throws IOException {
    send(new Subscribe(nextId(), List.of(requests), properties));
    SubAck ack = (SubAck) read();
    assertThat(ack.packetId()).isEqualTo(lastId);
    assertThat(ack.reasons()).noneMatch(ReasonCode::failed);
    return this;
  }

  RawClient subscribed(String filter, Qos qos) throws IOException {
    return subscribed(filter(filter, qos));
  }

  /** A filter with the options that MQTT 3 has. */
  static Subscribe.Request filter(String filter, Qos qos) {
    return new Subscribe.Request(filter, qos, false, false, Subscribe.RetainHandling.SEND);
  }

  int nextId() {
    return ++lastId;
  }

  /** Publishes and completes the exchange, which must succeed. */
  RawClient published(String topic, String text, Qos qos) throws IOException {
    return published(topic, text, qos, false, PublishProperties.NONE);
  }

  RawClient published(
      String topic, String text, Qos qos, boolean retain, PublishProperties properties)
      throws IOException {
    int id = qos == Qos.AT_MOST_ONCE ? 0 : nextId();
    publish(topic, text, qos, retain, id, properties);
    switch (qos) {
      case AT_MOST_ONCE -> {}
      case AT_LEAST_ONCE ->
          assertThat(read()).isEqualTo(new PubAck(id, ReasonCode.SUCCESS, Explanation.NONE));
      case EXACTLY_ONCE -> {
        assertThat(read()).isEqualTo(new PubRec(id, ReasonCode.SUCCESS, Explanation.NONE));
        send(new PubRel(id, ReasonCode.SUCCESS, Explanation.NONE));
        assertThat(read()).isEqualTo(new PubComp(id, ReasonCode.SUCCESS, Explanation.NONE));
      }
    }
    return this;
  }

  /** The next packet, which must be a message; not yet acknowledged. */
  Publish message() throws IOException {
    return (Publish) read();
  }

  /** The next message, acknowledged as its QoS wants. */
  Publish taken() throws IOException {
    Publish publish = message();
    switch (publish.qos()) {
      case AT_MOST_ONCE -> {}
      case AT_LEAST_ONCE ->
          send(new PubAck(publish.packetId(), ReasonCode.SUCCESS, Explanation.NONE));
      case EXACTLY_ONCE -> {
        send(new PubRec(publish.packetId(), ReasonCode.SUCCESS, Explanation.NONE));
        assertThat(read())
            .isEqualTo(new PubRel(publish.packetId(), ReasonCode.SUCCESS, Explanation.NONE));
        send(new PubComp(publish.packetId(), ReasonCode.SUCCESS, Explanation.NONE));
      }
    }
    return publish;
  }

  static String text(Publish publish) {
    return publish.payload().toString(StandardCharsets.UTF_8);
  }

  /** The server has nothing to say before this. */
  void quiet() throws IOException {
    send(PingReq.INSTANCE);
    assertThat(read()).isEqualTo(PingResp.INSTANCE);
  }

  /** The server says why it closes, and closes. */
  void closedBecause(ReasonCode reason) throws IOException {
    assertThat(read())
        .isInstanceOfSatisfying(
            Disconnect.class, packet -> assertThat(packet.reason()).isEqualTo(reason));
    closed();
  }

  void closed() throws IOException {
    assertThat(readOrEnd()).isNull();
  }

  /** Ends its side of the connection without a DISCONNECT, and waits until the server knows. */
  void lost() throws IOException {
    socket.shutdownOutput();
    while (readOrEnd() != null) {
      // It was on its way.
    }
  }

  /** Bytes as they come. */
  byte[] readBytes(int count) throws IOException {
    return socket.getInputStream().readNBytes(count);
  }

  RawClient send(Packet packet) throws IOException {
    ByteBuf out = Unpooled.buffer();
    encoder.encode(packet, out);
    socket.getOutputStream().write(out.array(), 0, out.writerIndex());
    return this;
  }

  RawClient sendAll(ByteBuf bytes) throws IOException {
    bytes.readBytes(socket.getOutputStream(), bytes.readableBytes());
    return this;
  }

  RawClient sendBytes(int... bytes) throws IOException {
    byte[] out = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      out[i] = (byte) bytes[i];
    }
    socket.getOutputStream().write(out);
    return this;
  }

  RawClient publish(String topic, String text, Qos qos, boolean retain, int packetId)
      throws IOException {
    return publish(topic, text, qos, retain, packetId, PublishProperties.NONE);
  }

  RawClient publish(
      String topic,
      String text,
      Qos qos,
      boolean retain,
      int packetId,
      PublishProperties properties)
      throws IOException {
    byte[] name = topic.getBytes(StandardCharsets.UTF_8);
    byte[] payload = text.getBytes(StandardCharsets.UTF_8);
    ByteBuf buffer = Unpooled.wrappedBuffer(name, payload);
    int flags = qos.ordinal() << 1 | (retain ? 1 : 0);
    return send(
        new Publish(
            buffer, 0, name.length, name.length, payload.length, flags, packetId, properties));
  }

  RawClient subscribe(String filter, Qos qos) throws IOException {
    send(
        new Subscribe(
            1,
            List.of(
                new Subscribe.Request(filter, qos, false, false, Subscribe.RetainHandling.SEND)),
            SubscribeProperties.NONE));
    return this;
  }

  /** The next packet, or null when the server closed the connection. */
  @Nullable Packet readOrEnd() throws IOException {
    byte[] chunk = new byte[4096];
    while (true) {
      Packet packet = decoder.decode(in);
      if (packet != null) {
        return packet;
      }
      int count;
      try {
        count = socket.getInputStream().read(chunk);
      } catch (java.net.SocketException e) {
        return null;
      }
      if (count < 0) {
        return null;
      }
      in.writeBytes(chunk, 0, count);
    }
  }

  Packet read() throws IOException {
    Packet packet = readOrEnd();
    if (packet == null) {
      throw new AssertionError("the server closed the connection");
    }
    return packet;
  }

  String readText() throws IOException {
    return ((Publish) read()).payload().toString(StandardCharsets.UTF_8);
  }

  static PublishProperties properties(MessageProperties message) {
    return new PublishProperties(-1, 0, List.of(), message);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
