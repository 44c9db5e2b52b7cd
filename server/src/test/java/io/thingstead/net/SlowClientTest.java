package io.thingstead.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslProvider;
import io.thingstead.account.Account;
import io.thingstead.domain.Domain;
import io.thingstead.event.Tries;
import io.thingstead.identity.CertificateLookup;
import io.thingstead.model.AccountId;
import io.thingstead.model.Profile;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who dawdles is closed; time is the channel's own, advanced by hand. */
class SlowClientTest {
  private static final Account ACCOUNT =
      new Account(new AccountId("000000000001"), "us-east-1", Profile.THINGSTEAD);
  private static final NetLimits LIMITS =
      new NetLimits(Duration.ofSeconds(10), Duration.ofSeconds(5), 9, 9, 99, 99);
  private static final InetSocketAddress SOMEWHERE = InetSocketAddress.createUnresolved("x", 1);

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final ServerContexts contexts =
      new ServerContexts(
          SslProvider.JDK, List.of(new TestAuthority().server("localhost").asServer()));
  private final Doorman doorman =
      new Doorman((_, _, _, _, _, _) -> {}, meters, InstantSource.fixed(Instant.EPOCH));
  private final Protocols protocols =
      new Protocols(
          _ -> new ChannelInboundHandlerAdapter(), _ -> new ChannelInboundHandlerAdapter());
  private final Network network =
      new Network(
          LIMITS,
          contexts,
          new Callers(
              _ -> Optional.of(Domain.of(ACCOUNT)), (_, _) -> new CertificateLookup.Refused("no")),
          new Switchboard(protocols, LIMITS, doorman),
          Runnable::run,
          doorman,
          Tries.unlimited());

  @AfterEach
  void close() {
    contexts.close();
  }

  private static Listener listener() {
    return Listener.tls(TestPorts.ANY, Role.ALL);
  }

  private double count(Turned reason) {
    return meters.get("thingstead.net.refused").tag("reason", reason.tag()).counter().count();
  }

  @Test
  void helloThatDoesNotEndIsCutOff() {
    Handshaking handshaking = new Handshaking(network, listener());
    EmbeddedChannel channel =
        new EmbeddedChannel(new Hello(network, handshaking, Role.ALL), handshaking);
    ByteBuf half = Unpooled.wrappedBuffer(new byte[] {22, 3, 1, 0, 100, 1});
    channel.writeInbound(half);
    channel.advanceTimeBy(9, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    assertThat(channel.isOpen()).isTrue();
    channel.advanceTimeBy(2, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    assertThat(channel.isOpen()).isFalse();
    assertThat(count(Turned.HANDSHAKE_TIMEOUT)).isEqualTo(1);
    assertThat(half.refCnt()).isZero();
    channel.finishAndReleaseAll();
  }

  /** The server has answered the hello, which costs it a signature, and hears nothing more. */
  @Test
  void handshakeThatStopsAfterTheHelloIsCutOff() throws Exception {
    SSLEngine client = SSLContext.getDefault().createSSLEngine("localhost", 1);
    client.setUseClientMode(true);
    ByteBuffer hello = ByteBuffer.allocate(client.getSession().getPacketBufferSize());
    client.wrap(ByteBuffer.allocate(0), hello);
    Handshaking handshaking = new Handshaking(network, listener());
    EmbeddedChannel channel =
        new EmbeddedChannel(new Hello(network, handshaking, Role.ALL), handshaking);
    channel.writeInbound(Unpooled.wrappedBuffer(hello.flip()));
    ByteBuf answer = channel.readOutbound();
    assertThat(answer.getByte(0)).as("a record of the handshake").isEqualTo((byte) 22);
    answer.release();
    channel.advanceTimeBy(9, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    assertThat(channel.isOpen()).isTrue();
    // A byte now and then does not help.
    channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {22}));
    channel.advanceTimeBy(2, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    assertThat(channel.isOpen()).isFalse();
    assertThat(count(Turned.HANDSHAKE_TIMEOUT)).isEqualTo(1);
    channel.finishAndReleaseAll();
  }

  @Test
  void silenceAfterTheHandshakeIsCutOff() {
    EmbeddedChannel channel = new EmbeddedChannel(new FirstByte(network, transport()));
    channel.advanceTimeBy(6, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    assertThat(channel.isOpen()).isFalse();
    assertThat(count(Turned.FIRST_BYTE_TIMEOUT)).isEqualTo(1);
  }

  @Test
  void firstByteEndsTheWaitAndTheDetector() {
    EmbeddedChannel channel = new EmbeddedChannel(new FirstByte(network, transport()));
    channel.writeInbound(Unpooled.wrappedBuffer(Client.CONNECT_LIKE));
    channel.advanceTimeBy(60, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    assertThat(channel.isOpen()).isTrue();
    assertThat(channel.pipeline().get(FirstByte.class)).isNull();
    assertThat(channel.<ByteBuf>readInbound().readableBytes()).isEqualTo(2);
    channel.finishAndReleaseAll();
  }

  private static Transport transport() {
    return new Transport(listener(), Domain.of(ACCOUNT), null, "", "", "", SOMEWHERE, SOMEWHERE);
  }
}
