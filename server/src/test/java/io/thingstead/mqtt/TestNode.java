package io.thingstead.mqtt;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.util.concurrent.EventExecutor;
import io.thingstead.account.Account;
import io.thingstead.authorize.Authorization;
import io.thingstead.authorize.ConnectionContext;
import io.thingstead.authorizer.Asking;
import io.thingstead.authorizer.Vouchers;
import io.thingstead.authorizer.Vouching;
import io.thingstead.broker.Broker;
import io.thingstead.broker.Closing;
import io.thingstead.broker.Lanes;
import io.thingstead.broker.Storage;
import io.thingstead.domain.Domain;
import io.thingstead.engine.Engine;
import io.thingstead.engine.EngineSettings;
import io.thingstead.engine.ShardId;
import io.thingstead.engine.ThreadWorkers;
import io.thingstead.engine.rocks.RocksSettings;
import io.thingstead.engine.rocks.RocksStore;
import io.thingstead.event.Tries;
import io.thingstead.identity.Principal;
import io.thingstead.model.AccountId;
import io.thingstead.model.Limits;
import io.thingstead.model.Profile;
import io.thingstead.model.Quotas;
import io.thingstead.net.Listener;
import io.thingstead.net.Protocol;
import io.thingstead.net.Transport;
import io.thingstead.net.Unfinished;
import io.thingstead.presence.Presence;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A broker with MQTT on a plain port of loopback, for tests; {@code main} serves for measuring. */
public final class TestNode implements AutoCloseable {
  private volatile Account account;
  private final Engine engine;
  private final MultiThreadIoEventLoopGroup group;
  private final Lanes lanes;
  private final Broker broker;
  private final Presence presence;
  private final Gateway gateway;

  /** Who say who clients are, if {@link #principal} does not. */
  Vouchers vouchers = new NoVouchers();

  /** Who connects from now on. */
  @Nullable Principal principal = new Principal.Anonymous("anonymous");

  private static final class NoVouchers implements Vouchers {
    @Override
    public boolean offers(Asking asking) {
      return false;
    }

    @Override
    public Vouching vouch(Asking asking, InetSocketAddress remote) {
      return new Vouching.Refused("there is none");
    }
  }

  private final Listener listener;
  private final Channel listening;
  private final ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Channel> channels = new CopyOnWriteArrayList<>();
  private final List<String> refusals = new ArrayList<>();

  /** Small, so that a test can fill it. */
  final Unfinished unfinished;

  private final Map<String, LongAdder> exceeded = new ConcurrentHashMap<>();

  /** By the machine's clock. */
  public TestNode(
      Path directory,
      int port,
      int threads,
      Profile profile,
      Function<ConnectionContext, Authorization> authorizer) {
    this(directory, port, threads, profile, Limits.of(profile), authorizer, Clock.systemUTC());
    var _ = group.scheduleAtFixedRate(lanes::tick, 1, 1, TimeUnit.SECONDS);
  }

  /** By a clock of the test's own: nothing is due until {@link #tick}; with an account's limits. */
  TestNode(
      Path directory,
      int port,
      int threads,
      Profile profile,
      Limits limits,
      Function<ConnectionContext, Authorization> authorizer,
      Clock clock) {
    account = new Account(new AccountId("000000000000"), "us-east-1", profile);
    unfinished = new Unfinished(8 << 20, clock);
    engine =
        new Engine(
            RocksStore.open(directory, RocksSettings.DEFAULTS),
            new ThreadWorkers(Throwable::printStackTrace),
            clock,
            EngineSettings.DEFAULTS,
            fatal -> Runtime.getRuntime().halt(3));
    engine.resume();
    group = new MultiThreadIoEventLoopGroup(threads, EpollIoHandler.newFactory());
    List<NettyLoop> loops = new ArrayList<>();
    for (EventExecutor loop : group) {
      loops.add(new NettyLoop((EventLoop) loop));
    }
    lanes = new Lanes(loops, engine.commits(), PooledByteBufAllocator.DEFAULT, clock);
    Storage storage =
        new Storage(
            p -> engine.shard(new ShardId(ShardId.SESSION, p)).account(0).durable(),
            virtual,
            engine::accepting);
    broker = new Broker(account, limits, lanes, storage);
    broker.counters().onFirstExceeded(exceeded::put);
    presence = new Presence(account, broker, new Random());
    broker.load().join();
    broker.start().join();
    presence.start().join();
    gateway =
        new Gateway(
            _ -> broker,
            _ -> presence,
            _ -> null,
            authorizer,
            _ -> vouchers,
            virtual,
            (_, action, client, resource, _, why) -> refused(action, client, resource, why.text()),
            Tries.unlimited(),
            unfinished,
            new Random(),
            true);
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    listener = Listener.plain(address, Protocol.MQTT, "anonymous", null);
    listening = listen(address);
  }

  private Channel listen(InetSocketAddress address) {
    return new ServerBootstrap()
        .group(group)
        .channel(EpollServerSocketChannel.class)
        .option(ChannelOption.SO_BACKLOG, 4096)
        .option(ChannelOption.SO_REUSEADDR, true)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
        .childHandler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                channels.add(channel);
                channel
                    .pipeline()
                    .addLast(
                        connection(
                            (InetSocketAddress) channel.remoteAddress(),
                            (InetSocketAddress) channel.localAddress()));
              }
            })
        .bind(address)
        .syncUninterruptibly()
        .channel();
  }

  private ChannelHandler connection(InetSocketAddress remote, InetSocketAddress local) {
    return gateway.apply(
        new Transport(listener, Domain.of(account), principal, "", "", "", remote, local));
  }

  /** Holds connections made from now on to these quotas. */
  void limit(Quotas quotas) {
    account = new Account(account.id(), account.region(), account.profile(), quotas);
    broker.limit(account.limits());
  }

  /** How often a limit was exceeded. */
  long exceeded(String limit) {
    LongAdder count = exceeded.get(limit);
    return count == null ? 0 : count.sum();
  }

  /** Its loops. */
  List<EventLoop> loops() {
    List<EventLoop> all = new ArrayList<>();
    group.forEach(loop -> all.add((EventLoop) loop));
    return all;
  }

  /** What serves one client, for a channel of the test's own. */
  ChannelHandler connection() {
    return connection(listener.address(), listener.address());
  }

  /** A copy of what is on disk now, as a crash would leave it. */
  void crashed(Path copy) {
    presence.settle().join();
    engine.checkpoint(copy);
  }

  /** Tells every connection what its transport would tell it. */
  void fire(Object userEvent) {
    channels.forEach(
        channel ->
            channel
                .eventLoop()
                .execute(() -> channel.pipeline().fireUserEventTriggered(userEvent)));
  }

  private synchronized void refused(String action, String client, String resource, String why) {
    refusals.add("refused %s client=%s %s: %s".formatted(action, client, resource, why));
  }

  public synchronized List<String> refusals() {
    return List.copyOf(refusals);
  }

  public int port() {
    return ((InetSocketAddress) listening.localAddress()).getPort();
  }

  /** Does what is due, on all lanes, before it returns. */
  void tick() {
    lanes.tick();
    for (EventExecutor loop : group) {
      loop.submit(() -> {}).syncUninterruptibly();
    }
  }

  public Broker broker() {
    return broker;
  }

  Presence presence() {
    return presence;
  }

  @Override
  public void close() {
    listening.close().syncUninterruptibly();
    broker.clients().closeAll(Closing.SHUTTING_DOWN).join();
    presence.settle().join();
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    engine.close();
    virtual.close();
    lanes.close();
  }

  /** Serves until killed: PORT [THREADS] [DIRECTORY]. */
  public static void main(String[] args) throws Exception {
    Path directory = args.length > 2 ? Path.of(args[2]) : Files.createTempDirectory("thingstead");
    int threads = args.length > 1 ? Integer.parseInt(args[1]) : 2;
    AllowAll all = new AllowAll();
    TestNode node =
        new TestNode(directory, Integer.parseInt(args[0]), threads, Profile.MQTT, _ -> all);
    System.out.println("ready " + node.port() + " " + directory);
    Thread.currentThread().join();
  }
}
