package io.thingstead.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.thingstead.broker.MessageProperties;
import io.thingstead.broker.Qos;
import io.thingstead.broker.Remote;
import io.thingstead.model.Profile;
import io.thingstead.model.Quotas;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that abuse the broker: what is held for them is counted and stays within its bound, what
 * is refused or dropped is counted, and a neighbour on the same loop is served all the while.
 */
class AbuseTest {
  private static final int MIB = 1 << 20;

  @TempDir private Path directory;
  private final AllowAll authorization = new AllowAll();
  private TestNode node;
  private RawClient neighbour;
  private final List<Socket> sockets = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    node = new TestNode(directory, 0, 1, Profile.MQTT, _ -> authorization);
    neighbour = RawClient.joined(node.port(), Version.V5, "neighbour", true);
  }

  @AfterEach
  void stop() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    neighbour.close();
    node.close();
  }

  /** A client that is connected, with little room for what it does not read. */
  private Socket connected(String clientId) throws IOException {
    return connected(clientId, Version.V3_1_1);
  }

  private Socket connected(String clientId, Version version) throws IOException {
    Socket socket = new Socket();
    sockets.add(socket);
    socket.setReceiveBufferSize(4 << 10);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(10_000);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), node.port()));
    Connect connect = RawClient.connect(version, clientId, true, null);
    socket.getOutputStream().write(PacketMutator.encoded(connect, version));
    byte[] head = socket.getInputStream().readNBytes(2);
    assertThat(head[0]).isEqualTo((byte) 0x20);
    byte[] rest = socket.getInputStream().readNBytes(head[1]);
    assertThat(rest[1]).as("reason").isZero();
    return socket;
  }

  private static void write(Socket socket, Packet packet) throws IOException {
    socket.getOutputStream().write(PacketMutator.encoded(packet, Version.V3_1_1));
  }

  private void subscribe(Socket socket, String filter, Qos qos) throws IOException {
    write(
        socket, new Subscribe(1, List.of(RawClient.filter(filter, qos)), SubscribeProperties.NONE));
    assertThat(socket.getInputStream().readNBytes(5)[0]).isEqualTo((byte) 0x90);
  }

  private static long pinned() {
    return PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
  }

  @Test
  void slowReadersHoldNoMoreThanTheirBoundAndKeepNothingFromOthers() throws IOException {
    int readers = 10;
    for (int i = 0; i < readers; i++) {
      subscribe(connected("slow" + i), "t", Qos.of(i % 2));
    }
    neighbour.subscribed("t", Qos.AT_LEAST_ONCE);
    RawClient publisher = RawClient.joined(node.port(), Version.V5, "publisher", true);
    long before = pinned();
    long most = 0;
    String payload = "x".repeat(4_000);
    for (int i = 0; i < 4_000; i++) {
      publisher.published("t", payload, Qos.AT_LEAST_ONCE);
      assertThat(RawClient.text(neighbour.taken())).hasSize(4_000);
      most = Math.max(most, pinned() - before);
    }
    publisher.close();
    // For each: what makes its connection unwritable, and a buffer being filled.
    assertThat(most).isLessThan(readers * (512L + 128) * 1024 + MIB);
    long dropped = node.broker().counters().dropped.sum();
    assertThat(dropped).isGreaterThan(5 * 3_000);
    long toldOfEach =
        IntStream.range(0, readers)
            .mapToObj(i -> node.broker().remote().state("slow" + i).join())
            .mapToLong(state -> state.map(Remote.SessionState::dropped).orElse(0L))
            .sum();
    assertThat(toldOfEach).as("by each reader's own count").isEqualTo(dropped);
    assertThat(node.broker().counters().tooSlow.sum()).as("QoS 1, beyond 4 MiB").isEqualTo(5);
  }

  @Test
  void whoDoesNotReadTheAnswersIsClosed() throws IOException {
    Socket socket = connected("deaf", Version.V5);
    authorization.deny("publish " + "d".repeat(9));
    // The answer, with its reason, is more than twice as long.
    byte[] one = {0x32, 14, 0, 9, 'd', 'd', 'd', 'd', 'd', 'd', 'd', 'd', 'd', 0, 1, 0};
    byte[] many = new byte[1_000 * one.length];
    for (int i = 0; i < many.length; i += one.length) {
      System.arraycopy(one, 0, many, i, one.length);
    }
    long before = pinned();
    long most = 0;
    while (node.broker().counters().tooSlow.sum() == 0 && written(socket, many)) {
      neighbour.quiet();
      most = Math.max(most, pinned() - before);
    }
    assertThat(most).isBetween(1L * MIB, 4L * MIB);
    assertThat(node.broker().counters().tooSlow.sum()).isEqualTo(1);
    assertThat(node.refusals()).anyMatch(line -> line.contains("does not read the answers"));
    // What was sent can be read, and then it ends.
    assertThat(socket.getInputStream().readAllBytes().length).isPositive();
  }

  private static boolean written(Socket socket, byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
      return true;
    } catch (IOException reset) {
      return false;
    }
  }

  /** All of one account, and the neighbour too. */
  @Test
  void packetsThatStopInTheMiddleKeepNobodysLargePacketsOut() throws IOException {
    byte[] half = new byte[100_000];
    ByteBuf head = Unpooled.wrappedBuffer(half).clear();
    head.writeByte(0x30);
    Encoder.variable(head, 130_000);
    head.writeShort(1).writeByte('t');
    neighbour.subscribed("large", Qos.AT_LEAST_ONCE);
    String large = "x".repeat(900_000);
    long most = node.unfinished.bytesMax() * 9 / 8;
    for (int i = 0; i < 120; i++) {
      Socket socket = connected("half" + i);
      long counted = node.broker().counters().unfinished.sum();
      long due = node.broker().counters().bytesIn.sum() + half.length;
      boolean whole = written(socket, half);
      // Until the server has read it, or has had enough.
      while (whole
          && node.broker().counters().unfinished.sum() == counted
          && node.broker().counters().bytesIn.sum() < due) {
        neighbour.quiet();
        due += 2;
      }
      assertThat(node.unfinished.bytes()).isLessThanOrEqualTo(most);
      if (i % 40 == 39) {
        neighbour.publish("large", large, Qos.AT_MOST_ONCE, false, 0);
        assertThat(RawClient.text(neighbour.message())).hasSize(large.length());
      }
    }
    assertThat(node.broker().counters().unfinished.sum()).isGreaterThan(20);
    assertThat(node.refusals()).anyMatch(line -> line.contains("not arrived whole"));
    assertThat(sockets.reversed().stream().limit(5)).anyMatch(socket -> goesOn(socket, half));
    for (Socket socket : sockets) {
      socket.close();
    }
    while (node.unfinished.bytes() > 0) {
      neighbour.quiet();
    }
  }

  /** Sends the rest of its packet and is answered what it asks then. */
  private static boolean goesOn(Socket socket, byte[] half) {
    try {
      socket.getOutputStream().write(new byte[130_000 + 4 - half.length]);
      write(socket, PingReq.INSTANCE);
      return socket.getInputStream().read() == 0xD0;
    } catch (IOException closed) {
      return false;
    }
  }

  @Test
  void subscriptionsBeyondTheAccountsAreRefusedAndGoWithTheirClients() throws IOException {
    node.limit(Quotas.of(Map.of("subscriptions.perAccount", 2_000L)));
    List<ReasonCode> reasons = new ArrayList<>();
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      RawClient client = RawClient.joined(node.port(), Version.V5, "many" + i, true);
      clients.add(client);
      List<Subscribe.Request> requests = new ArrayList<>();
      for (int j = 0; j < 50; j++) {
        requests.add(RawClient.filter(i + "/" + j + "/+", Qos.AT_MOST_ONCE));
      }
      client.send(new Subscribe(1, requests, SubscribeProperties.NONE));
      reasons.addAll(((SubAck) client.read()).reasons());
      neighbour.quiet();
    }
    assertThat(node.broker().clients().subscriptions().count()).isEqualTo(2_000);
    assertThat(Collections.frequency(reasons, ReasonCode.QUOTA_EXCEEDED)).isEqualTo(1_000);
    assertThat(node.exceeded("subscriptions.perAccount")).isEqualTo(1_000);
    for (RawClient client : clients) {
      client.send(Disconnect.NORMAL).closed();
      client.close();
    }
    assertThat(node.broker().clients().subscriptions().count()).isZero();
    neighbour.subscribed("a", Qos.AT_MOST_ONCE);
  }

  @Test
  void namesOfAliasesAreBounded() throws IOException {
    try (RawClient client = RawClient.joined(node.port(), Version.V5, "aliases", true)) {
      String tail = "x".repeat(60_000);
      for (int alias = 1; alias <= 30; alias++) {
        if (!published(client, alias, alias + tail)) {
          break;
        }
      }
      client.closedBecause(ReasonCode.QUOTA_EXCEEDED);
    }
    neighbour.quiet();
  }

  private static boolean published(RawClient client, int alias, String topic) {
    try {
      client.publish(
          topic,
          "",
          Qos.AT_MOST_ONCE,
          false,
          0,
          new PublishProperties(-1, alias, List.of(), MessageProperties.NONE));
      return true;
    } catch (IOException closed) {
      return false;
    }
  }

  /** As in {@code --long}: a million topics, each published to once. */
  @Test
  void floodOfTopicsIsServed() throws IOException {
    int topics = Boolean.getBoolean("thingstead.long") ? 1_000_000 : 50_000;
    neighbour.subscribed("flood/+/last", Qos.AT_MOST_ONCE);
    try (RawClient client = RawClient.joined(node.port(), Version.V3_1_1, "flood", true)) {
      for (int i = 0; i < topics; i++) {
        client.publish("flood/" + i, "x", Qos.AT_MOST_ONCE, false, 0);
        if (i % 10_000 == 0) {
          client.publish("flood/" + i + "/last", "" + i, Qos.AT_MOST_ONCE, false, 0);
          assertThat(RawClient.text(neighbour.message())).isEqualTo("" + i);
        }
      }
      client.quiet();
    }
    assertThat(node.broker().counters().published.sum()).isGreaterThanOrEqualTo(topics);
  }
}
