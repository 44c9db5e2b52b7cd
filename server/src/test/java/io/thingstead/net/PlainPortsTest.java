package io.thingstead.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.epoll.Epoll;
import io.netty.handler.ssl.SslProvider;
import io.thingstead.identity.Principal;
import io.thingstead.model.Profile;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PlainPortsTest {
  private TestPorts server = new TestPorts(SslProvider.JDK, TestPorts.LIMITS);

  @AfterEach
  void close() {
    server.close();
  }

  private static Listener mqtt() {
    return Listener.plain(TestPorts.ANY, Protocol.MQTT, "anonymous", Profile.MQTT);
  }

  @Test
  void callersOfAPlainPortAreAnonymous() throws Exception {
    try (Client client = Client.plain(server.listen(mqtt()))) {
      client.send(Client.CONNECT_LIKE);
      assertThat(client.read(2)).isEqualTo(Client.CONNECT_LIKE);
    }
    Transport transport = server.next().transport();
    assertThat(transport.principal()).isEqualTo(new Principal.Anonymous("anonymous"));
    assertThat(transport.secure()).isFalse();
    assertThat(transport.listener().profile()).isEqualTo(Profile.MQTT);
    assertThat(transport.account()).isEqualTo(TestPorts.FIRST);
  }

  @Test
  void plainPortsBeyondLoopbackMustBeForced() {
    InetSocketAddress everywhere = new InetSocketAddress("0.0.0.0", 1883);
    assertThatThrownBy(() -> Listener.plain(everywhere, Protocol.MQTT, "anonymous", null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("127.0.0.1");
    Listener.Security forced = new Listener.Security.Plain("anonymous", true);
    assertThat(new Listener(everywhere, Role.DEVICE, Set.of(Protocol.MQTT), forced, null))
        .isNotNull();
  }

  @Test
  void protocolThePortDoesNotOfferIsRefused() throws Exception {
    int http = server.listen(Listener.plain(TestPorts.ANY, Protocol.HTTP, "anonymous", null));
    try (Client client = Client.plain(http)) {
      client.send(Client.CONNECT_LIKE);
      client.awaitClose();
    }
    assertThat(server.count(Turned.PROTOCOL_NOT_OFFERED)).isEqualTo(1);
    int admin =
        server.listen(
            new Listener(
                TestPorts.ANY,
                Role.ADMIN,
                Set.of(Protocol.MQTT, Protocol.HTTP),
                new Listener.Security.Plain("anonymous", false),
                null));
    try (Client client = Client.plain(admin)) {
      client.send(Client.CONNECT_LIKE);
      client.awaitClose();
    }
    assertThat(server.count(Turned.PROTOCOL_NOT_OFFERED)).isEqualTo(2);
    assertThat(server.reached).isEmpty();
  }

  @Test
  void tlsOnAPlainPortIsNamed() throws Exception {
    try (Client client = Client.plain(server.listen(mqtt()))) {
      client.send(new byte[] {0x16, 3, 1});
      client.awaitClose();
    }
    assertThat(server.count(Turned.UNKNOWN_PROTOCOL)).isEqualTo(1);
  }

  @Test
  void connectionsOfOneAddressAreLimited() throws Exception {
    int port = limited(new NetLimits(Duration.ofMinutes(1), Duration.ofMinutes(1), 10, 2, 99, 99));
    assertThirdIsRefused(port, Turned.TOO_MANY_FROM_ADDRESS);
  }

  @Test
  void connectionsOfAllAreLimited() throws Exception {
    int port = limited(new NetLimits(Duration.ofMinutes(1), Duration.ofMinutes(1), 2, 10, 99, 99));
    assertThirdIsRefused(port, Turned.TOO_MANY_CONNECTIONS);
  }

  private int limited(NetLimits limits) throws IOException {
    server.close();
    server = new TestPorts(SslProvider.JDK, limits);
    return server.listen(mqtt());
  }

  private void assertThirdIsRefused(int port, Turned reason) throws Exception {
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      clients.add(talking(port));
    }
    try (Client third = Client.plain(port)) {
      third.awaitClose();
    }
    assertThat(server.count(reason)).isEqualTo(1);
    clients.getFirst().close();
    // The room is free only when the server has seen the close: ask until it has.
    while (true) {
      try (Client again = talking(port)) {
        assertThat(again).isNotNull();
        break;
      } catch (IOException _) {
        Thread.onSpinWait();
      }
    }
    clients.getLast().close();
  }

  private static Client talking(int port) throws IOException {
    Client client = Client.plain(port);
    try {
      client.send(Client.CONNECT_LIKE);
      client.read(2);
      return client;
    } catch (IOException e) {
      client.close();
      throw e;
    }
  }

  @Test
  void drainLetsConnectionsEndAndAcceptsNoMore() throws Exception {
    int port = server.listen(mqtt());
    try (Client client = talking(port)) {
      assertThat(server.ports.drain(Duration.ofSeconds(10))).isTrue();
      client.awaitClose();
    }
    assertThat(server.ports.connections()).isZero();
    assertThatThrownBy(() -> Client.plain(port).close()).isInstanceOf(IOException.class);
  }

  @Test
  void drainClosesWhoeverDoesNotEnd() throws Exception {
    int port = server.listen(Listener.plain(TestPorts.ANY, Protocol.HTTP, "anonymous", null));
    try (Client client = Client.plain(port)) {
      client.send(new byte[] {'G'});
      server.next();
      assertThat(server.ports.drain(Duration.ofMillis(1))).isFalse();
      client.awaitClose();
    }
  }

  @Test
  void nativeTransportLoadsOnLinux() {
    if (System.getProperty("os.name").equals("Linux")) {
      assertThat(Epoll.isAvailable()).as("%s", Epoll.unavailabilityCause()).isTrue();
    }
  }

  @Test
  void nioServesWhereThereIsNoEpoll() throws Exception {
    server.close();
    server =
        new TestPorts(
            SslProvider.JDK,
            TestPorts.LIMITS,
            EventLoops.nio(1),
            _ -> new io.netty.handler.logging.LoggingHandler());
    try (Client client = Client.plain(server.listen(mqtt()))) {
      client.send(Client.CONNECT_LIKE);
      assertThat(server.next().protocol()).isEqualTo(Protocol.MQTT);
    }
  }

  @Test
  void portInUseIsNamed() throws Exception {
    int port = server.listen(mqtt());
    Listener same =
        Listener.plain(
            new InetSocketAddress(TestPorts.ANY.getAddress(), port),
            Protocol.MQTT,
            "anonymous",
            null);
    assertThatThrownBy(() -> server.listen(same))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(String.valueOf(port));
  }
}
