package io.thingstead.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import io.thingstead.identity.Principal;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a TLS port does, the same with BoringSSL and the JDK, in TLS 1.2 and 1.3. */
@ParameterizedClass
@MethodSource("combinations")
class TlsPortsTest {
  @Parameter(0)
  SslProvider provider = SslProvider.JDK;

  @Parameter(1)
  String version = "";

  private TestPorts server = new TestPorts(SslProvider.JDK, TestPorts.LIMITS);
  private int port;

  static Stream<Arguments> combinations() {
    assertThat(OpenSsl.isAvailable())
        .as("BoringSSL loads: %s", OpenSsl.unavailabilityCause())
        .isTrue();
    return Stream.of(SslProvider.OPENSSL_REFCNT, SslProvider.JDK)
        .flatMap(p -> Stream.of("TLSv1.2", "TLSv1.3").map(v -> Arguments.of(p, v)));
  }

  @BeforeEach
  void open() throws IOException {
    server.close();
    server = new TestPorts(provider, TestPorts.LIMITS);
    port = server.listenTls();
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void registeredCertificateBecomesThePrincipal() throws Exception {
    var identity = server.registered("c1", true);
    Client.connectAndEcho(port, server.authority, identity, version);
    Transport transport = server.next().transport();
    assertThat(transport.principal()).isEqualTo(new Principal.Certificate("c1", "arn:c1", true));
    assertThat(transport.inactiveBecause()).isEmpty();
    assertThat(transport.account()).isEqualTo(TestPorts.FIRST);
    assertThat(transport.domainName()).isEqualTo("localhost");
    assertThat(transport.secure()).isTrue();
  }

  @Test
  void lookUpsRunOffTheEventLoop() throws Exception {
    Client.connectAndEcho(port, server.authority, server.registered("c1", true), version);
    assertThat(server.lookUps).isNotEmpty().allMatch(Thread::isVirtual);
  }

  @Test
  void noCertificateLeavesThePrincipalOpen() throws Exception {
    Client.connectAndEcho(port, server.authority, null, version);
    assertThat(server.next().transport().principal()).isNull();
    assertThat(server.lookUps).isEmpty();
  }

  @Test
  void unknownCertificateFailsTheHandshakeAndIsTold() throws Exception {
    var stranger = server.authority.client("stranger");
    assertThatThrownBy(() -> Client.connectAndEcho(port, server.authority, stranger, version))
        .isInstanceOf(IOException.class);
    assertThat(server.refusal())
        .matches(
            "000000000001 connect [0-9a-f]{64}: from /127.0.0.1:[0-9]+: not registered in"
                + " 000000000001");
    assertThat(server.count(Turned.CERTIFICATE_REFUSED)).isEqualTo(1);
    assertThat(server.reached).isEmpty();
  }

  @Test
  void inactiveCertificateIsLetThroughWithTheReason() throws Exception {
    Client.connectAndEcho(port, server.authority, server.registered("c1", false), version);
    Transport transport = server.next().transport();
    assertThat(transport.principal()).isEqualTo(new Principal.Certificate("c1", "arn:c1", false));
    assertThat(transport.inactiveBecause()).isEqualTo("certificate c1 is INACTIVE");
  }

  @Test
  void certificateWithoutItsKeyFailsTheHandshake() throws Exception {
    var stolen = server.registered("c1", true).certificate();
    var thief = new TestAuthority.Identity(stolen, server.authority.client("thief").key());
    assertThatThrownBy(() -> Client.connectAndEcho(port, server.authority, thief, version))
        .isInstanceOf(IOException.class);
    awaitCount(Turned.HANDSHAKE_FAILED, 1);
    assertThat(server.reached).isEmpty();
  }

  @Test
  void certificateOfAnotherAccountFailsTheHandshake() throws Exception {
    SSLContext context = server.authority.clientContext(server.registered("c1", true));
    assertThatThrownBy(
            () -> {
              try (Client client = Client.tls(port, context, version, "second.example")) {
                client.send(Client.CONNECT_LIKE);
                client.read(2);
              }
            })
        .isInstanceOf(IOException.class);
    assertThat(server.refusal()).endsWith("not registered in 000000000002");
  }

  @Test
  void sniSelectsTheAccount() throws Exception {
    SSLContext context = server.authority.clientContext(null);
    try (Client client = Client.tls(port, context, version, "second.example")) {
      client.send(Client.CONNECT_LIKE);
      assertThat(server.next().transport().account()).isEqualTo(TestPorts.SECOND);
    }
    // Another context, or the JDK would resume the session and with it the name.
    SSLContext fresh = server.authority.clientContext(null);
    try (Client client = Client.tls(port, fresh, version, null)) {
      client.send(Client.CONNECT_LIKE);
      Transport transport = server.next().transport();
      assertThat(transport.account()).isEqualTo(TestPorts.FIRST);
      assertThat(transport.domainName()).isEmpty();
    }
  }

  @Test
  void hostOfNoAccountGetsAnAlert() throws Exception {
    SSLContext context = server.authority.clientContext(null);
    assertThatThrownBy(() -> Client.tls(port, context, version, "nobody.example").close())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("unrecognized_name");
    assertThat(server.count(Turned.UNKNOWN_HOST)).isEqualTo(1);
  }

  @Test
  void alpnSelectsTheProtocolBeforeAnyByte() throws Exception {
    assertThat(agreed("x-amzn-mqtt-ca")).isEqualTo(Protocol.MQTT);
    assertThat(agreed("mqtt")).isEqualTo(Protocol.MQTT);
    assertThat(agreed("x-amzn-http-ca")).isEqualTo(Protocol.HTTP);
    assertThat(agreed("h2", "http/1.1")).isEqualTo(Protocol.HTTP);
  }

  private Protocol agreed(String... offered) throws Exception {
    SSLContext context = server.authority.clientContext(null);
    try (Client client = Client.tls(port, context, version, "localhost", offered)) {
      TestPorts.Reached reached = server.next();
      assertThat(client.tls().getApplicationProtocol())
          .isEqualTo(reached.transport().alpn())
          .isIn((Object[]) offered);
      return reached.protocol();
    }
  }

  @Test
  void withoutAlpnTheFirstByteTells() throws Exception {
    SSLContext context = server.authority.clientContext(null);
    try (Client client = Client.tls(port, context, version, "localhost")) {
      client.send(Client.CONNECT_LIKE);
      assertThat(client.read(2)).isEqualTo(Client.CONNECT_LIKE);
      assertThat(server.next().protocol()).isEqualTo(Protocol.MQTT);
    }
    try (Client client = Client.tls(port, context, version, "localhost")) {
      client.send(new byte[] {'G', 'E', 'T'});
      assertThat(server.next().protocol()).isEqualTo(Protocol.HTTP);
    }
    try (Client client = Client.tls(port, context, version, "localhost")) {
      client.send(new byte[] {0x20, 0});
      client.awaitClose();
      assertThat(server.count(Turned.UNKNOWN_PROTOCOL)).isEqualTo(1);
    }
  }

  @Test
  void newServerCertificateLeavesOpenConnectionsAlone() throws Exception {
    SSLContext context = server.authority.clientContext(null);
    try (Client before = Client.tls(port, context, version, "localhost")) {
      before.send(Client.CONNECT_LIKE);
      before.read(2);
      var renewed = server.authority.server("localhost");
      server.contexts.replace(List.of(renewed.asServer()));
      before.send(Client.CONNECT_LIKE);
      assertThat(before.read(2)).isEqualTo(Client.CONNECT_LIKE);
      SSLContext fresh = server.authority.clientContext(null);
      try (Client after = Client.tls(port, fresh, version, "localhost")) {
        assertThat(after.tls().getSession().getPeerCertificates())
            .containsExactly(renewed.certificate());
      }
    }
  }

  @Test
  void serverCertificateIsChosenByHost() throws Exception {
    var first = server.authority.server("localhost");
    var second = server.authority.server("*.example");
    server.contexts.replace(List.of(first.asServer(), second.asServer()));
    assertThat(shownTo("second.example")).isEqualTo(second.certificate());
    assertThat(shownTo("localhost")).isEqualTo(first.certificate());
    assertThat(shownTo(null)).isEqualTo(first.certificate());
  }

  private Object shownTo(@org.jspecify.annotations.Nullable String host) throws Exception {
    SSLContext context = server.authority.clientContext(null);
    try (Client client = Client.tls(port, context, version, host)) {
      return client.tls().getSession().getPeerCertificates()[0];
    }
  }

  @Test
  void returningClientIsLookedUpAgain() throws Exception {
    var identity = server.registered("c1", true);
    SSLContext context = server.authority.clientContext(identity);
    visit(context);
    server.register(identity, "c1", false);
    visit(context);
    assertThat(principal().active()).isTrue();
    assertThat(principal().active()).isFalse();
    server.known.remove(identity.certificate());
    assertThatThrownBy(() -> visit(context)).isInstanceOf(IOException.class);
    assertThat(server.refusal()).contains("not registered");
    assertThat(server.reached).isEmpty();
  }

  private Principal.Certificate principal() throws InterruptedException {
    return (Principal.Certificate) Objects.requireNonNull(server.next().transport().principal());
  }

  private SSLSession visit(SSLContext context) throws IOException {
    try (Client client = Client.tls(port, context, version, "localhost")) {
      client.send(Client.CONNECT_LIKE);
      client.read(2);
      return client.tls().getSession();
    }
  }

  @Test
  void plainClientOnATlsPortIsToldApart() throws Exception {
    try (Client client = Client.plain(port)) {
      client.send(new byte[] {0x10, 12, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 0});
      client.awaitClose();
    }
    awaitCount(Turned.NOT_TLS, 1);
  }

  @Test
  void connectionsLeftHalfOpenAreForgotten() throws Exception {
    for (int i = 0; i < 5; i++) {
      try (Client client = Client.plain(port)) {
        client.send(new byte[] {22, 3, 1, 0, 100, 1});
      }
    }
    awaitNoConnections();
  }

  private void awaitCount(Turned reason, int count) {
    await(() -> server.count(reason) == count);
    assertThat(server.count(reason)).isEqualTo(count);
  }

  private void awaitNoConnections() {
    await(() -> server.ports.connections() == 0);
    assertThat(server.ports.connections()).isZero();
  }

  private static void await(java.util.function.BooleanSupplier condition) {
    long end = System.nanoTime() + 10_000_000_000L;
    while (!condition.getAsBoolean() && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }
}
