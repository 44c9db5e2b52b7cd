package io.thingstead.net;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.ssl.SslHandler;
import io.thingstead.event.Refusals;
import io.thingstead.event.Tries;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The server's ports. After a connection's protocol has been found, its pipeline is TLS and that
 * protocol's handler. Any thread may use it.
 */
public final class Ports implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Ports.class.getName());

  /** Connections the kernel may hold before we accept them; it has a limit of its own. */
  private static final int BACKLOG = 4096;

  private static final Duration CLOSING = Duration.ofSeconds(5);

  private final EventLoops loops;
  private final Network network;
  private final Occupancy occupancy;
  private final ChannelGroup open;
  private final List<Channel> listening = new CopyOnWriteArrayList<>();

  /**
   * @param tasks runs TLS tasks, which may block and take processor time
   * @param refusals told of clients whose account is known
   * @param tries counts those who show certificates that are not theirs or not known
   */
  public Ports(
      EventLoops loops,
      NetLimits limits,
      ServerContexts contexts,
      Callers callers,
      Protocols protocols,
      Executor tasks,
      Refusals refusals,
      Tries tries,
      MeterRegistry meters,
      InstantSource clock) {
    this.loops = loops;
    Doorman doorman = new Doorman(refusals, meters, clock);
    Switchboard switchboard = new Switchboard(protocols, limits, doorman);
    this.network = new Network(limits, contexts, callers, switchboard, tasks, doorman, tries);
    this.occupancy = new Occupancy(limits);
    this.open = new DefaultChannelGroup(loops.group().next(), true);
    Gauge.builder("thingstead.net.connections", occupancy, Occupancy::total)
        .description("Open connections on all ports, whatever they speak")
        .register(meters);
  }

  /**
   * Listens on a port.
   *
   * @return where, with the port that was free if the listener asks for port 0
   * @throws IOException when the address cannot be had
   */
  public InetSocketAddress open(Listener listener) throws IOException {
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loops.group())
            .channel(loops.serverChannel())
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
            .childHandler(new Arrival(network, listener, occupancy, open))
            .bind(listener.address())
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "cannot listen on " + listener.address() + ": " + bound.cause().getMessage(),
          bound.cause());
    }
    listening.add(bound.channel());
    InetSocketAddress address = (InetSocketAddress) bound.channel().localAddress();
    LOG.log(System.Logger.Level.INFO, "listening on {0} for {1}", address, listener.role());
    return address;
  }

  /**
   * Asks every connection to end whose client has shown a certificate that may not be used any
   * more.
   *
   * @param refusal why a chain is refused, as a clause for people, or null when it is not; must not
   *     block
   */
  public void expel(Function<List<X509Certificate>, @Nullable String> refusal) {
    open.forEach(channel -> expel(channel, refusal));
  }

  private static void expel(
      Channel channel, Function<List<X509Certificate>, @Nullable String> refusal) {
    if (!channel.eventLoop().inEventLoop()) {
      // It may be moved to another loop meanwhile.
      channel.eventLoop().execute(() -> expel(channel, refusal));
      return;
    }
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    List<X509Certificate> chain = tls == null ? List.of() : Handshaking.chain(tls);
    String why = chain.isEmpty() ? null : refusal.apply(chain);
    if (why != null) {
      channel.pipeline().fireUserEventTriggered(new Departure(Departure.Cause.REVOKED, why));
    }
  }

  /** Connections open now. */
  public int connections() {
    return occupancy.total();
  }

  /**
   * Accepts nobody any more and asks every connection to end; those that have not after the time
   * given are closed.
   *
   * @return whether all ended by themselves
   */
  public boolean drain(Duration atMost) {
    listening.forEach(channel -> channel.close().awaitUninterruptibly());
    listening.clear();
    open.forEach(channel -> channel.pipeline().fireUserEventTriggered(Draining.INSTANCE));
    boolean ended =
        open.newCloseFuture().awaitUninterruptibly(atMost.toMillis(), TimeUnit.MILLISECONDS);
    if (!ended) {
      LOG.log(System.Logger.Level.WARNING, "{0} connections did not end in time", open.size());
      open.close().awaitUninterruptibly(CLOSING.toMillis(), TimeUnit.MILLISECONDS);
    }
    return ended;
  }

  /** Closes every port and connection at once. */
  @Override
  public void close() {
    drain(Duration.ZERO);
  }
}
