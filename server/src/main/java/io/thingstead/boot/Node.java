package io.thingstead.boot;

import io.thingstead.account.Account;
import io.thingstead.account.Accounts;
import io.thingstead.broker.Lanes;
import io.thingstead.config.Address;
import io.thingstead.config.DataDirectory;
import io.thingstead.config.Listen;
import io.thingstead.config.PlainMqtt;
import io.thingstead.config.ServerAddresses;
import io.thingstead.config.Settings;
import io.thingstead.console.ConsoleFiles;
import io.thingstead.console.ConsoleRoutes;
import io.thingstead.console.Sessions;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Engine;
import io.thingstead.engine.EngineSettings;
import io.thingstead.engine.ShardId;
import io.thingstead.engine.ThreadWorkers;
import io.thingstead.engine.rocks.RocksSettings;
import io.thingstead.engine.rocks.RocksStore;
import io.thingstead.engine.rocks.StoreDirectory;
import io.thingstead.event.RefusalLog;
import io.thingstead.event.WarningLog;
import io.thingstead.function.FunctionHost;
import io.thingstead.http.Authentication;
import io.thingstead.http.Entrance;
import io.thingstead.http.HttpLimits;
import io.thingstead.http.HttpServer;
import io.thingstead.http.HttpStats;
import io.thingstead.http.KeyRing;
import io.thingstead.http.OperationTable;
import io.thingstead.http.Origins;
import io.thingstead.http.SigV4;
import io.thingstead.identity.AccessKeys;
import io.thingstead.identity.CertificateDirectory;
import io.thingstead.identity.CertificateLookup;
import io.thingstead.identity.CredentialsFile;
import io.thingstead.identity.KeyPairs;
import io.thingstead.identity.MasterKey;
import io.thingstead.identity.OwnCa;
import io.thingstead.identity.RevocationLists;
import io.thingstead.identity.ServerCertificate;
import io.thingstead.identity.ServerCertificateFiles;
import io.thingstead.identity.Transfers;
import io.thingstead.metrics.Metrics;
import io.thingstead.mqtt.Gateway;
import io.thingstead.mqtt.NettyLoop;
import io.thingstead.mqtt.Unread;
import io.thingstead.net.Callers;
import io.thingstead.net.EventLoops;
import io.thingstead.net.Listener;
import io.thingstead.net.NetLimits;
import io.thingstead.net.Ports;
import io.thingstead.net.Protocol;
import io.thingstead.net.Protocols;
import io.thingstead.net.Role;
import io.thingstead.net.ServerContexts;
import io.thingstead.operation.Features;
import io.thingstead.operation.Operations;
import io.thingstead.person.KeyDirectory;
import io.thingstead.person.SessionTokens;
import io.thingstead.provision.Provisioning;
import io.thingstead.rules.Work;
import io.thingstead.rules.action.HttpCalls;
import io.thingstead.rules.action.TargetGuard;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * One running server: everything there is, made in the order in which it depends on each other, and
 * closed in the opposite one. The only place with a real clock, random and threads.
 */
public final class Node implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Node.class.getName());
  private static final String ANONYMOUS = "anonymous";
  private static final int CERTIFICATE_CHECK_SECONDS = 10;
  private static final int EXPIRY_CHECK_SECONDS = 1800;
  private static final int TASKS_END_SECONDS = 5;

  private final Settings settings;
  private final Clock clock = Clock.systemUTC();
  private final SecureRandom random = new SecureRandom();
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final Metrics meters = new Metrics();
  private final CertificateDirectory certificates = new CertificateDirectory();
  private final ExecutorService virtualThreads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<InetSocketAddress> listening = new CopyOnWriteArrayList<>();
  private @Nullable Ports ports;
  private Runnable check = () -> {};
  private volatile boolean ready;

  private final Runnable reset;

  private Node(Settings settings, Runnable reset) {
    this.settings = settings;
    this.reset = reset;
  }

  /**
   * Starts a server; it serves when this returns.
   *
   * @param reset is run when an administrator asks to empty the server, if the settings allow it;
   *     must not block
   * @throws RuntimeException saying what is in the way; everything is closed again then
   */
  public static Node start(Settings settings, Runnable reset) {
    Node node = new Node(settings, reset);
    try {
      node.run();
      return node;
    } catch (IOException | NoSuchAlgorithmException e) {
      node.close();
      throw new IllegalStateException(e.getMessage(), e);
    } catch (RuntimeException e) {
      node.close();
      throw e;
    }
  }

  private void run() throws IOException, NoSuchAlgorithmException {
    DataDirectory data = new DataDirectory(settings.data());
    keep(data.lock());
    Engine engine = engine(data);
    keep(this::endTasks);
    AccountShard server = engine.shard(new ShardId(ShardId.SERVER, 0)).account(0);
    MasterKey master = MasterKey.open(data.masterKey(), random);
    KeyPairs keys = new KeyPairs(random, Math.max(1, settings.limits().eventLoops() / 2));
    OwnCa ca = OwnCa.open(server, master, keys, clock, random);
    ca.writePem(data.caPem());
    Accounts accounts =
        new Accounts(
            server, new Account(settings.account(), settings.region(), settings.profile()));
    AccessKeys accessKeys = new AccessKeys(server, master, random);
    writeCredentials(data, accounts, accessKeys);
    ServerCertificate certificate = certificate(server, master, ca, keys, accounts);
    RevocationLists revoked = new RevocationLists(settings.revocationLists(), clock);
    ServerContexts contexts = contexts(certificate, revoked);
    EventLoops loops = keep(EventLoops.start(settings.limits().eventLoops()));
    Lanes lanes = new Lanes(lanes(loops), engine.commits(), clock);
    KeyDirectory callers = new KeyDirectory(accessKeys, new SessionTokens(master, random, clock));
    WarningLog warnings = new WarningLog(clock);
    RefusalLog refusals = new RefusalLog(clock, settings.log().refusalsPerSecond());
    FunctionHost functions = keep(functionHost(data));
    Tenants tenants = keep(tenants(engine, lanes, master, keys, refusals, warnings, functions));
    WarningRoutes warned = new WarningRoutes(warnings, tenants);
    warned.attach(meters);
    meters.bindProcess();
    meters.adders("engine", engine.stats());
    meters.gauge("thingstead.engine.in.flight", "Changes not yet durable", engine::inFlight);
    for (int i = 0; i < lanes.count(); i++) {
      meters.counter(
          "thingstead.lane.stalled.millis",
          "Milliseconds by which the event loop's ticks, one a second, came late",
          lanes.stalled(i)::sum,
          "lane",
          String.valueOf(i));
    }
    accounts.list().forEach(account -> open(tenants, callers, account));
    accounts.onCreate(account -> open(tenants, callers, account));
    accounts.onLimit(tenants::limit);
    engine.handler(Provisioning.EXPIRE, tenants::expire);
    engine.resume();
    ScheduledExecutorService ticks =
        Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().daemon().name("ticks").unstarted(task));
    keep(ticks::shutdownNow);
    var _ = ticks.scheduleAtFixedRate(lanes::tick, 1, 1, TimeUnit.SECONDS);
    var _ = ticks.scheduleAtFixedRate(tenants::tick, 1, 1, TimeUnit.SECONDS);
    new RefusalFeed(tenants, meters).attachTo(refusals);
    var _ = ticks.scheduleAtFixedRate(refusals::flush, 1, 1, TimeUnit.SECONDS);
    var _ =
        ticks.scheduleAtFixedRate(
            () -> virtualThreads.execute(tenants::checkExpiry),
            EXPIRY_CHECK_SECONDS,
            EXPIRY_CHECK_SECONDS,
            TimeUnit.SECONDS);
    Gateway gateway =
        new Gateway(
            account -> tenants.of(account).broker(),
            account -> tenants.of(account).presence(),
            context -> tenants.of(context.account()).authorizer().remembered(context),
            context -> tenants.of(context.account()).authorizer().authorize(context),
            account -> tenants.of(account).authorizers(),
            virtualThreads,
            refusals,
            Unread.ofThisProcess(),
            random,
            settings.dev());
    KeyRing administrators = (id, _) -> accessKeys.find(id);
    Sessions browsers = new Sessions(administrators, accounts::find, random, clock);
    HttpServer http =
        http(
            tenants,
            accounts,
            entrance(accounts, callers, browsers, refusals, gateway, tenants),
            new ConsoleRoutes(
                administrators,
                browsers,
                refusals,
                new DevicePort(accounts, settings, listening)::describe,
                random,
                clock),
            engine,
            refusals,
            warned,
            account -> {
              // Its host name has to be in the server's certificate, its key in the file.
              certificate.refresh();
              writeCredentials(data, accounts, accessKeys);
            });
    ports =
        keep(
            new Ports(
                loops,
                netLimits(),
                contexts,
                new Callers(
                    host -> Optional.of(accounts.byHost(host)),
                    (account, shown) -> {
                      String refusal = revoked.refusal(shown);
                      return refusal == null
                          ? certificates.find(account, shown)
                          : new CertificateLookup.Refused(refusal);
                    }),
                new Protocols(gateway, http::handler),
                virtualThreads,
                refusals,
                meters.registry(),
                clock));
    Ports all = ports;
    revoked.onChange(() -> all.expel(revoked::refusal));
    listen(ports);
    addresses().write(data.addresses());
    ready = true;
  }

  /** Interrupts rule actions that wait; what they have not done is done after the next start. */
  private void endTasks() throws InterruptedException {
    virtualThreads.shutdownNow();
    if (!virtualThreads.awaitTermination(TASKS_END_SECONDS, TimeUnit.SECONDS)) {
      LOG.log(System.Logger.Level.WARNING, "some tasks did not end in time");
    }
  }

  private void open(Tenants tenants, KeyDirectory callers, Account account) {
    tenants.open(account);
    Features features = tenants.of(account);
    certificates.add(account.id(), features.certificates());
    callers.add(features.persons());
    new AccountMeters(meters, account).bind(features);
  }

  private Engine engine(DataDirectory data) {
    StoreDirectory.prepare(data.store());
    RocksStore store = RocksStore.open(data.tables(), RocksSettings.DEFAULTS);
    return keep(
        new Engine(
            store,
            new ThreadWorkers(Node::halt),
            clock,
            EngineSettings.DEFAULTS
                .withShardLoops(settings.limits().shardLoops())
                .withFreeBytes(settings.limits().freeBytesLow(), settings.limits().freeBytesHigh()),
            Node::halt));
  }

  /** What was not synced is not acknowledged: the next start finds out what is on disk. */
  static void halt(Throwable why) {
    LOG.log(
        System.Logger.Level.ERROR, "the server ends at once: it cannot vouch for its data", why);
    Runtime.getRuntime().halt(70);
  }

  private ServerCertificate certificate(
      AccountShard server, MasterKey master, OwnCa ca, KeyPairs keys, Accounts accounts) {
    Settings.CertificateFiles files = settings.serverCertificate();
    return files == null
        ? ServerCertificate.issued(server, master, ca, keys, clock, () -> names(accounts))
        : ServerCertificate.fromFiles(new ServerCertificateFiles(files.certificate(), files.key()));
  }

  private ServerContexts contexts(ServerCertificate certificate, RevocationLists revoked) {
    ServerContexts contexts = keep(new ServerContexts(List.of(certificate.current())));
    certificate.onChange(identity -> contexts.replace(List.of(identity)));
    ScheduledExecutorService checks =
        Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().daemon().name("certificates").unstarted(task));
    keep(checks::shutdownNow);
    check =
        () -> {
          certificate.refresh();
          revoked.refresh();
        };
    var _ =
        checks.scheduleWithFixedDelay(
            check, CERTIFICATE_CHECK_SECONDS, CERTIFICATE_CHECK_SECONDS, TimeUnit.SECONDS);
    return contexts;
  }

  /** Looks at once whether certificates and revocation lists have changed. */
  void check() {
    check.run();
  }

  /** Every name by which clients call the server, each account's own among them. */
  private List<String> names(Accounts accounts) {
    List<String> names = new ArrayList<>(settings.hosts());
    for (Account account : accounts.list()) {
      String host = accounts.endpoint(account, settings.hosts().getFirst());
      if (!names.contains(host)) {
        names.add(host);
      }
    }
    return names;
  }

  private static List<NettyLoop> lanes(EventLoops loops) {
    return loops.all().stream().map(NettyLoop::new).toList();
  }

  private FunctionHost functionHost(DataDirectory data) {
    List<Path> path =
        Arrays.stream(System.getenv().getOrDefault("PATH", "/usr/bin:/bin").split(":"))
            .filter(each -> !each.isEmpty())
            .map(Path::of)
            .toList();
    return new FunctionHost(
        data.functions(),
        settings.functions().allowUnsandboxed(),
        settings.functions().openNetwork(),
        new FunctionHost.Reach(settings.hosts(), this::controlAddress, data.caPem()),
        new FunctionHost.Means(
            path,
            virtualThreads,
            task -> Thread.ofPlatform().daemon().name("function").unstarted(task),
            clock,
            random));
  }

  /** Where the control plane listens, for callers on this machine. */
  private InetSocketAddress controlAddress() {
    for (int i = 0; i < listening.size(); i++) {
      if (settings.listen().get(i).role() != Listen.Role.DEVICE) {
        InetSocketAddress at = listening.get(i);
        return at.getAddress().isAnyLocalAddress()
            ? new InetSocketAddress(InetAddress.getLoopbackAddress(), at.getPort())
            : at;
      }
    }
    throw new IllegalStateException("no port of this server offers the control plane");
  }

  private Tenants tenants(
      Engine engine,
      Lanes lanes,
      MasterKey master,
      KeyPairs keys,
      RefusalLog refusals,
      WarningLog warnings,
      FunctionHost functions)
      throws NoSuchAlgorithmException {
    HttpCalls calls =
        new HttpCalls(new TargetGuard(settings.allowTargets()), SSLContext.getDefault(), clock);
    Work work = new Work(virtualThreads, clock, random, Thread::sleep);
    List<String> anonymous = settings.plainMqtt() == null ? List.of() : List.of(ANONYMOUS);
    return new Tenants(
        engine,
        lanes,
        master,
        keys,
        random,
        calls,
        work,
        endpoint(),
        anonymous,
        refusals,
        warnings,
        new DataDirectory(settings.data()).buckets(),
        functions);
  }

  private static void writeCredentials(
      DataDirectory data, Accounts accounts, AccessKeys accessKeys) {
    List<Account> firstToLast = new ArrayList<>(accounts.list());
    firstToLast.remove(accounts.first());
    firstToLast.addFirst(accounts.first());
    CredentialsFile.write(
        data.credentials(), firstToLast.stream().map(accessKeys::administrator).toList());
  }

  private Entrance entrance(
      Accounts accounts,
      KeyDirectory callers,
      Sessions browsers,
      RefusalLog refusals,
      Gateway gateway,
      Tenants tenants) {
    SigV4 signatures = new SigV4(callers::find, clock);
    Origins origins =
        new Origins(host -> names(accounts).contains(host), Set.copyOf(settings.allowOrigins()));
    Authentication authentication =
        new Authentication(
            signatures,
            id -> Optional.ofNullable(accounts.find(id)),
            origins,
            account -> tenants.of(account).authorizers(),
            browsers);
    return new Entrance(authentication, refusals, account -> tenants.of(account).audit(), gateway);
  }

  private HttpServer http(
      Tenants tenants,
      Accounts accounts,
      Entrance entrance,
      ConsoleRoutes console,
      Engine engine,
      RefusalLog refusals,
      WarningRoutes warned,
      Consumer<Account> accountMade) {
    OperationTable table = new OperationTable();
    Function<Account, String> host =
        account -> accounts.endpoint(account, settings.hosts().getFirst());
    Operations.bind(table, tenants::of, host, new Transfers(certificates), clock);
    new AccountRoutes(accounts, host, accountMade).bind(table);
    SnapshotRoutes snapshots =
        new SnapshotRoutes(new DataDirectory(settings.data()), engine, accounts);
    snapshots.clear();
    snapshots.bind(table);
    new ClientRoutes(tenants).bind(table);
    new LimitRoutes(accounts).bind(table);
    new RefusalRoutes(refusals).bind(table);
    new PolicyRoutes(tenants).bind(table);
    new FunctionRoutes(tenants).bind(table);
    warned.bind(table);
    new AuditRoutes(account -> tenants.of(account).audit()).bind(table);
    console.bind(table);
    new ConsoleFiles().bind(table);
    OwnRoutes own = new OwnRoutes(tenants, meters, refusals, () -> ready && engine.accepting());
    new RegistrationReportRoutes(tenants).bind(table);
    own.bind(table);
    if (settings.allowReset()) {
      own.bindReset(
          table,
          () -> {
            // From now on, so that who waits for /readyz waits for the empty server.
            ready = false;
            reset.run();
          });
    }
    HttpStats stats = new HttpStats();
    for (HttpStats.Kind kind : HttpStats.Kind.values()) {
      meters.counter(
          "thingstead.http.requests",
          "HTTP requests by how they ended",
          () -> stats.of(kind),
          "kind",
          kind.name().toLowerCase(Locale.ROOT));
    }
    return new HttpServer(
        table,
        entrance,
        virtualThreads,
        random,
        clock,
        HttpLimits.DEFAULT.withCode(Runtime.getRuntime().maxMemory()),
        stats);
  }

  private NetLimits netLimits() {
    Settings.Limits limits = settings.limits();
    return new NetLimits(
        limits.handshakeTimeout(),
        limits.handshakeTimeout(),
        NetLimits.CONNECTIONS,
        limits.connectionsPerAddress(),
        limits.httpHeaderBytes(),
        limits.httpHeaderBytes());
  }

  private void listen(Ports ports) throws IOException {
    for (Listen each : settings.listen()) {
      Role role = Role.valueOf(each.role().name());
      listening.add(ports.open(Listener.tls(socket(each.address()), role, each.profile())));
    }
    PlainMqtt mqtt = settings.plainMqtt();
    if (mqtt != null) {
      // The settings let only an address in here that the user has allowed.
      ports.open(Listener.plainAnywhere(socket(mqtt.address()), ANONYMOUS, mqtt.profile()));
    }
    Address http = settings.plainHttp();
    if (http != null) {
      ports.open(Listener.plain(socket(http), Protocol.HTTP, ANONYMOUS, null));
    }
  }

  private static InetSocketAddress socket(Address address) {
    return new InetSocketAddress(address.ip(), address.port());
  }

  /** Where this server is to be found. */
  public ServerAddresses addresses() {
    List<String> listeners = new ArrayList<>();
    for (int i = 0; i < listening.size(); i++) {
      listeners.add(
          listening.get(i).getAddress().getHostAddress()
              + ":"
              + listening.get(i).getPort()
              + "="
              + settings.listen().get(i).role().name().toLowerCase(Locale.ROOT));
    }
    return new ServerAddresses(
        endpoint(),
        settings.account().digits(),
        settings.region(),
        ProcessHandle.current().pid(),
        listeners);
  }

  private String endpoint() {
    for (int i = 0; i < settings.listen().size(); i++) {
      Listen listen = settings.listen().get(i);
      if (listen.role() != Listen.Role.DEVICE) {
        int port = i < listening.size() ? listening.get(i).getPort() : listen.address().port();
        return "https://" + settings.hosts().getFirst() + ":" + port;
      }
    }
    return "https://" + settings.hosts().getFirst();
  }

  private <T extends AutoCloseable> T keep(T resource) {
    open.push(resource);
    return resource;
  }

  /** Lets connections end, then closes everything in the opposite order of its making. */
  @Override
  public void close() {
    ready = false;
    if (ports != null) {
      ports.drain(settings.limits().drainTimeout());
    }
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception e) {
        LOG.log(System.Logger.Level.WARNING, "while closing", e);
      }
    }
  }
}
