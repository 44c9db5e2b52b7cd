package io.thingstead.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.thingstead.account.Account;
import io.thingstead.audit.Deed;
import io.thingstead.audit.Deeds;
import io.thingstead.authorizer.AuthorizerStore;
import io.thingstead.authorizer.CustomAuthorizers;
import io.thingstead.domain.Domain;
import io.thingstead.engine.ShardId;
import io.thingstead.engine.Simulation;
import io.thingstead.event.Refusals;
import io.thingstead.event.Tries;
import io.thingstead.function.FunctionCalls;
import io.thingstead.function.FunctionResult;
import io.thingstead.function.Invoker;
import io.thingstead.identity.Credential;
import io.thingstead.identity.Principal;
import io.thingstead.net.Listener;
import io.thingstead.net.Protocol;
import io.thingstead.net.Role;
import io.thingstead.net.Transport;
import io.thingstead.net.Unfinished;
import io.thingstead.operation.Operations;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A running HTTP server on loopback without the rest of the house. */
final class ApiHouse implements AutoCloseable {
  private static final int SOCKET_TIMEOUT_MILLIS = 20_000;

  private static final Deeds NOWHERE =
      new Deeds() {
        @Override
        public void changed(Deed deed) {}

        @Override
        public void refused(Deed deed) {}

        @Override
        public void issued(Deed deed) {}
      };

  final OperationTable table = table();
  final HttpStats stats = new HttpStats();
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Channel channel;

  static OperationTable table() {
    return Operations.offer(new OperationTable());
  }

  ApiHouse(Role role, Principal principal, Duration clockOffset) {
    this(
        role,
        principal,
        clockOffset,
        (_, _, _, _, _, _) -> {},
        _ -> new ChannelInboundHandlerAdapter());
  }

  /**
   * @param mqtt stands behind WebSockets
   */
  ApiHouse(
      Role role,
      Principal principal,
      Duration clockOffset,
      Refusals refusals,
      Function<Transport, ChannelHandler> mqtt) {
    HttpServer server =
        new HttpServer(
            table,
            entrance(offset(clockOffset), refusals, mqtt),
            threads,
            new Random(1),
            InstantSource.system(),
            limits(),
            stats,
            new Unfinished(1 << 20, InstantSource.system()));
    channel =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel ch) {
                    HttpDecoderConfig config = new HttpDecoderConfig().setMaxHeaderSize(8192);
                    ch.pipeline()
                        .addLast(
                            new HttpServerCodec(config),
                            server.handler(transport(role, principal)));
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .syncUninterruptibly()
            .channel();
  }

  static HttpLimits limits() {
    return new HttpLimits(
        10_000, 10_000, 1_000_000, 100, 100, Duration.ofSeconds(30), Duration.ofSeconds(60));
  }

  /** None is stored. */
  private static CustomAuthorizers authorizers(Account account) {
    Simulation nothing = new Simulation(1);
    return new CustomAuthorizers(
        account,
        new AuthorizerStore(
            account, nothing.engine().shard(new ShardId(ShardId.REGISTRY, 0)).account(1)),
        new NoFunctions(),
        _ -> null,
        nothing.clock(),
        nothing.random());
  }

  private static final class NoFunctions implements FunctionCalls {
    @Override
    public FunctionResult invoke(
        String function, byte[] payload, Invoker invoker, Duration patience) {
      throw new IllegalStateException("there is no function " + function);
    }

    @Override
    public void send(String function, byte[] payload, Invoker invoker) {
      throw new IllegalStateException("there is no function " + function);
    }
  }

  static Entrance entrance(InstantSource clock) {
    return entrance(clock, (_, _, _, _, _, _) -> {}, _ -> new ChannelInboundHandlerAdapter());
  }

  static Entrance entrance(
      InstantSource clock, Refusals refusals, Function<Transport, ChannelHandler> mqtt) {
    Origins origins = new Origins(host -> host.equals("x"), Set.of("https://app.example.org"));
    SigV4 signatures = new SigV4(ApiHouse::key, clock);
    return new Entrance(
        new Authentication(
            signatures,
            _ -> Optional.of(Signer.ACCOUNT),
            origins,
            ApiHouse::authorizers,
            (_, _) -> null),
        refusals,
        Tries.unlimited(),
        _ -> NOWHERE,
        mqtt);
  }

  private static InstantSource offset(Duration by) {
    return InstantSource.offset(InstantSource.system(), by);
  }

  static @Nullable Credential key(String id, @Nullable String token) {
    if ("broken".equals(token)) {
      throw new IllegalStateException("something inside");
    }
    boolean known = id.equals(Signer.KEY) && (token == null || token.equals("the-token"));
    return known ? Signer.CREDENTIAL : null;
  }

  static Transport transport(Role role, Principal principal) {
    InetSocketAddress loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    Listener listener =
        new Listener(
            loopback,
            role,
            Set.of(Protocol.HTTP, Protocol.WEBSOCKET),
            new Listener.Security.Plain("anonymous", false),
            null);
    return new Transport(
        listener, Domain.of(Signer.ACCOUNT), principal, "", "", "", loopback, loopback);
  }

  static ApiHouse open() {
    return new ApiHouse(Role.ALL, new Principal.Anonymous("anonymous"), Duration.ZERO);
  }

  int port() {
    return ((InetSocketAddress) channel.localAddress()).getPort();
  }

  String host() {
    return "127.0.0.1:" + port();
  }

  Wire connect() throws IOException {
    return new Wire(new Socket(InetAddress.getLoopbackAddress(), port()));
  }

  /** One request on a connection of its own. */
  Answer ask(String request) throws IOException {
    try (Wire wire = connect()) {
      wire.send(request);
      return wire.receive();
    }
  }

  /** What came back. */
  record Answer(int status, Map<String, String> headers, String body) {
    String error() {
      return headers.getOrDefault("x-amzn-ErrorType", "");
    }
  }

  /** A client that says exactly what it is told to. */
  static final class Wire implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    Wire(Socket socket) throws IOException {
      this.socket = socket;
      socket.setSoTimeout(SOCKET_TIMEOUT_MILLIS);
      in = new BufferedInputStream(socket.getInputStream());
    }

    void send(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
    }

    Answer receive() throws IOException {
      String[] status = line().split(" ", 3);
      Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      for (String line = line(); !line.isEmpty(); line = line()) {
        int colon = line.indexOf(':');
        headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
      }
      int length = Integer.parseInt(headers.getOrDefault("Content-Length", "0"));
      String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
      return new Answer(Integer.parseInt(status[1]), headers, body);
    }

    /** All until the server closes. */
    String rest() throws IOException {
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    boolean closedByServer() throws IOException {
      return in.read() < 0;
    }

    private String line() throws IOException {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int b = in.read(); b != '\n'; b = in.read()) {
        if (b < 0) {
          throw new IOException("the server closed after '" + line + "'");
        }
        line.write(b);
      }
      return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Override
  public void close() {
    channel.close().syncUninterruptibly();
    loops.shutdownGracefully(0, 0, java.util.concurrent.TimeUnit.SECONDS).syncUninterruptibly();
    threads.close();
  }
}
