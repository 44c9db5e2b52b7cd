package io.thingstead.net;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import io.thingstead.account.Account;
import io.thingstead.domain.Domain;
import io.thingstead.event.Tries;
import io.thingstead.identity.CertificateLookup;
import io.thingstead.identity.CertificateStatus;
import io.thingstead.identity.Principal;
import io.thingstead.model.AccountId;
import io.thingstead.model.Profile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Ports on loopback whose protocols echo, and which remember what they were told. */
final class TestPorts implements AutoCloseable {
  static final Account FIRST =
      new Account(new AccountId("000000000001"), "us-east-1", Profile.THINGSTEAD);
  static final Account SECOND =
      new Account(new AccountId("000000000002"), "us-east-1", Profile.THINGSTEAD);
  static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  /** A connection that reached its protocol. */
  record Reached(Protocol protocol, Transport transport) {}

  final TestAuthority authority = new TestAuthority();
  final Map<X509Certificate, CertificateLookup> known = new ConcurrentHashMap<>();
  final BlockingQueue<Reached> reached = new LinkedBlockingQueue<>();
  final BlockingQueue<String> refusals = new LinkedBlockingQueue<>();
  final BlockingQueue<Thread> lookUps = new LinkedBlockingQueue<>();
  final ServerContexts contexts;
  final Ports ports;
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor();
  private final EventLoops loops;

  TestPorts(SslProvider provider, NetLimits limits) {
    this(provider, limits, Tries.unlimited());
  }

  TestPorts(SslProvider provider, NetLimits limits, Tries tries) {
    this(provider, limits, EventLoops.start(1), _ -> new Echo(), tries);
  }

  TestPorts(
      SslProvider provider,
      NetLimits limits,
      EventLoops loops,
      Function<Transport, ChannelHandler> mqtt) {
    this(provider, limits, loops, mqtt, Tries.unlimited());
  }

  private TestPorts(
      SslProvider provider,
      NetLimits limits,
      EventLoops loops,
      Function<Transport, ChannelHandler> mqtt,
      Tries tries) {
    this.loops = loops;
    this.contexts = new ServerContexts(provider, List.of(authority.server("localhost").asServer()));
    this.ports =
        new Ports(
            loops,
            limits,
            contexts,
            new Callers(host -> account(host).map(Domain::of), this::find),
            new Protocols(
                transport -> {
                  reached.add(new Reached(Protocol.MQTT, transport));
                  return mqtt.apply(transport);
                },
                transport -> {
                  reached.add(new Reached(Protocol.HTTP, transport));
                  return new Hang();
                }),
            tasks,
            (account, action, _, _, principal, why) ->
                refusals.add(account.id() + " " + action + " " + principal + ": " + why),
            tries,
            meters,
            InstantSource.system());
  }

  private static Optional<Account> account(String host) {
    return switch (host) {
      case "", "localhost" -> Optional.of(FIRST);
      case "second.example" -> Optional.of(SECOND);
      default -> Optional.empty();
    };
  }

  private CertificateLookup find(Domain domain, List<X509Certificate> chain) {
    Account account = domain.account();
    lookUps.add(Thread.currentThread());
    CertificateLookup found = known.get(chain.getFirst());
    return found == null || !account.equals(FIRST)
        ? new CertificateLookup.Refused("not registered in " + account.id())
        : found;
  }

  /** Makes a certificate that the look-up knows. */
  TestAuthority.Identity registered(String name, boolean active) {
    TestAuthority.Identity identity = authority.client(name);
    register(identity, name, active);
    return identity;
  }

  void register(TestAuthority.Identity identity, String name, boolean active) {
    known.put(
        identity.certificate(),
        new CertificateLookup.Known(
            new Principal.Certificate(name, "arn:" + name, active),
            active ? CertificateStatus.ACTIVE : CertificateStatus.INACTIVE,
            active ? "" : "certificate " + name + " is INACTIVE"));
  }

  int listen(Listener listener) throws IOException {
    return ports.open(listener).getPort();
  }

  int listenTls() throws IOException {
    return listen(Listener.tls(ANY, Role.ALL));
  }

  /** The next connection that reached its protocol. */
  Reached next() throws InterruptedException {
    return Objects.requireNonNull(reached.poll(10, TimeUnit.SECONDS), "nothing reached a protocol");
  }

  String refusal() throws InterruptedException {
    return Objects.requireNonNull(refusals.poll(10, TimeUnit.SECONDS), "nobody was refused");
  }

  double count(Turned reason) {
    @Nullable Counter counter =
        meters.find("thingstead.net.refused").tag("reason", reason.tag()).counter();
    return counter == null ? -1 : counter.count();
  }

  @Override
  public void close() {
    ports.close();
    contexts.close();
    loops.close();
    tasks.close();
  }

  /** Sends back what it gets; ends when asked to. */
  private static final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      var _ = ctx.writeAndFlush(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event == Draining.INSTANCE) {
        var _ = ctx.close();
      }
    }
  }

  /** Takes requests and never answers, not even when asked to end. */
  private static final class Hang extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ReferenceCountUtil.release(message);
    }
  }

  static final NetLimits LIMITS =
      new NetLimits(Duration.ofSeconds(20), Duration.ofSeconds(20), 1000, 1000, 1024, 2048);
}
