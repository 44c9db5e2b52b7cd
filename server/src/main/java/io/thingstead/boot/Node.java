package io.thingstead.boot;

import static java.util.Objects.requireNonNull;

import io.thingstead.account.Account;
import io.thingstead.account.Accounts;
import io.thingstead.broker.Lanes;
import io.thingstead.config.DataDirectory;
import io.thingstead.config.Machine;
import io.thingstead.config.ServerAddresses;
import io.thingstead.config.Settings;
import io.thingstead.console.ConsoleFiles;
import io.thingstead.console.ConsoleRoutes;
import io.thingstead.console.SessionRows;
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
import io.thingstead.event.Tries;
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
import io.thingstead.identity.CredentialsFile;
import io.thingstead.identity.KeyPairs;
import io.thingstead.identity.MasterKey;
import io.thingstead.identity.MasterKeyFile;
import io.thingstead.identity.OwnCa;
import io.thingstead.identity.RevocationLists;
import io.thingstead.identity.ServerCertificate;
import io.thingstead.identity.Transfers;
import io.thingstead.metrics.Metrics;
import io.thingstead.mqtt.Gateway;
import io.thingstead.mqtt.NettyLoop;
import io.thingstead.net.Callers;
import io.thingstead.net.EventLoops;
import io.thingstead.net.Ports;
import io.thingstead.net.Protocols;
import io.thingstead.net.ServerContexts;
import io.thingstead.net.Unfinished;
import io.thingstead.operation.Features;
import io.thingstead.operation.Operations;
import io.thingstead.person.KeyDirectory;
import io.thingstead.person.SessionTokens;
import io.thingstead.provision.Provisioning;
import io.thingstead.rules.Work;
import io.thingstead.rules.action.HttpCalls;
import io.thingstead.rules.action.TargetGuard;
import java.io.IOException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
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
  private static final int EXPIRY_CHECK_SECONDS = 1800;
  private static final int TASKS_END_SECONDS = 5;

  private final Settings settings;
  private final Clock clock = Clock.systemUTC();
  private final SecureRandom random = new SecureRandom();
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final Metrics meters = new Metrics();
  private final CertificateDirectory certificates = new CertificateDirectory();
  private final ExecutorService virtualThreads = Executors.newVirtualThreadPerTaskExecutor();
  private final Unfinished unfinished = Unfinished.ofThisProcess(clock);
  private final Listening listening;
  private @Nullable Ports ports;
  private @Nullable ServerTls tls;
  private volatile boolean ready;

  private final Function<MasterKeyFile, MasterKey> keys;
  private final Runnable reset;

  private Node(Settings settings, Function<MasterKeyFile, MasterKey> keys, Runnable reset) {
    this.settings = settings;
    this.keys = keys;
    this.listening = new Listening(settings);
    this.reset = reset;
  }

  /**
   * Starts a server; it serves when this returns.
   *
   * @param keys opens the master key
   * @param reset is run when an administrator asks to empty the server, if the settings allow it;
   *     must not block
   * @throws RuntimeException saying what is in the way; everything is closed again then
   */
  static Node start(Settings settings, Function<MasterKeyFile, MasterKey> keys, Runnable reset) {
    Node node = new Node(settings, keys, reset);
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
    MasterKey master = keys.apply(new MasterKeyFile(data.masterKey()));
    KeyPairs pairs = new KeyPairs(random, Math.max(1, settings.limits().eventLoops() / 2));
    OwnCa ca = OwnCa.open(server, master, pairs, clock, random);
    ca.writePem(data.caPem());
    Accounts accounts =
        new Accounts(
            server, new Account(settings.account(), settings.region(), settings.profile()));
    AccessKeys accessKeys = new AccessKeys(server, master, random);
    writeCredentials(data, accounts, accessKeys);
    RevocationLists revoked = new RevocationLists(settings.revocationLists(), clock);
    ServerTls certified =
        keep(
            new ServerTls(
                settings,
                () ->
                    ServerCertificate.issued(
                        server,
                        master,
                        ca,
                        pairs,
                        clock,
                        () -> Endpoints.names(settings.hosts(), accounts)),
                revoked));
    tls = certified;
    EventLoops loops = keep(EventLoops.start(settings.limits().eventLoops()));
    Lanes lanes = new Lanes(lanes(loops), engine.commits(), clock);
    KeyDirectory callers = new KeyDirectory(accessKeys, new SessionTokens(master, random, clock));
    WarningLog warnings = new WarningLog(clock);
    RefusalLog refusals = new RefusalLog(clock, settings.log().refusalsPerSecond());
    Tries tries =
        new Tries(
            settings.limits().failuresPerAddress(),
            settings.limits().uncountedAddresses(),
            warnings,
            clock);
    FunctionHost functions =
        keep(FunctionRoom.open(settings, listening, virtualThreads, clock, random));
    Endpoints endpoints = Endpoints.of(settings, accounts, certified.contexts(), ca);
    Tenants tenants =
        keep(tenants(engine, lanes, master, pairs, refusals, warnings, functions, endpoints));
    certified.alsoCheck(tenants::renewCertificates);
    WarningRoutes warned = new WarningRoutes(warnings, tenants);
    warned.attach(meters);
    meters(engine, lanes);
    meters.adders("tries", tries);
    meters.gauge(
        "thingstead.tries.addresses", "Addresses from where somebody tried", tries::addresses);
    accounts.list().forEach(account -> open(tenants, callers, account));
    accounts.onCreate(account -> open(tenants, callers, account));
    accounts.onLimit(tenants::limit);
    engine.handler(Provisioning.EXPIRE, tenants::expire);
    engine.resume();
    CommandsDone.write(data.notes(), tenants);
    tick(lanes, tenants, refusals);
    Gateway gateway = gateway(tenants, refusals, tries);
    KeyRing administrators = (id, _) -> accessKeys.find(id);
    Sessions browsers =
        new Sessions(administrators, accounts::find, new SessionRows(server), random, clock);
    HttpServer http =
        http(
            tenants,
            endpoints,
            entrance(endpoints, callers, browsers, refusals, tries, gateway, tenants),
            new ConsoleRoutes(
                administrators,
                browsers,
                refusals,
                warnings,
                new DevicePort(accounts, settings, listening.all(), Machine.here())::describe,
                random,
                clock),
            engine,
            refusals,
            warned,
            account -> {
              // Its host name has to be in the server's certificate, its key in the file.
              certified.refresh();
              writeCredentials(data, accounts, accessKeys);
            });
    Protocols protocols = new Protocols(gateway, http::handler);
    Callers shown = endpoints.callers(certificates, tenants, revoked);
    ports = keep(ports(loops, certified.contexts(), shown, protocols, refusals, tries));
    Ports all = ports;
    revoked.onChange(() -> all.expel(revoked::refusal));
    listening.open(ports, ANONYMOUS);
    addresses().write(data.addresses());
    ready = true;
  }

  private void meters(Engine engine, Lanes lanes) {
    meters.bindProcess();
    meters.adders("engine", engine.stats());
    meters.gauge("thingstead.engine.in.flight", "Changes not yet durable", engine::inFlight);
    meters.gauge(
        "thingstead.net.unfinished.bytes",
        "Memory for packets and bodies of requests that have not arrived whole",
        unfinished::bytes);
    for (int i = 0; i < lanes.count(); i++) {
      meters.counter(
          "thingstead.lane.stalled.millis",
          "Milliseconds by which the event loop's ticks, one a second, came late",
          lanes.stalled(i)::sum,
          "lane",
          String.valueOf(i));
    }
  }

  private ScheduledExecutorService ticker(String name) {
    ScheduledExecutorService ticks =
        Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().daemon().name(name).unstarted(task));
    keep(ticks::shutdownNow);
    return ticks;
  }

  private void tick(Lanes lanes, Tenants tenants, RefusalLog refusals) {
    ScheduledExecutorService ticks = ticker("ticks");
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
  }

  private Gateway gateway(Tenants tenants, RefusalLog refusals, Tries tries) {
    return new Gateway(
        account -> tenants.of(account).broker(),
        account -> tenants.of(account).presence(),
        context -> tenants.of(context.account()).authorizer().remembered(context),
        context -> tenants.of(context.account()).authorizer().authorize(context),
        account -> tenants.of(account).authorizers(),
        virtualThreads,
        refusals,
        tries,
        unfinished,
        random,
        settings.dev());
  }

  private Ports ports(
      EventLoops loops,
      ServerContexts contexts,
      Callers callers,
      Protocols protocols,
      RefusalLog refusals,
      Tries tries) {
    return new Ports(
        loops,
        listening.limits(),
        contexts,
        callers,
        protocols,
        virtualThreads,
        refusals,
        tries,
        meters.registry(),
        clock);
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
    features.why().temporaryKeysBy(id -> callers.temporary(account.id(), id));
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

  /** Looks at once whether certificates and revocation lists have changed. */
  void check() {
    requireNonNull(tls).check();
  }

  private static List<NettyLoop> lanes(EventLoops loops) {
    return loops.all().stream().map(NettyLoop::new).toList();
  }

  private Tenants tenants(
      Engine engine,
      Lanes lanes,
      MasterKey master,
      KeyPairs keys,
      RefusalLog refusals,
      WarningLog warnings,
      FunctionHost functions,
      Endpoints endpoints)
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
        listening.endpoint(),
        anonymous,
        refusals,
        warnings,
        new DataDirectory(settings.data()).buckets(),
        functions,
        endpoints);
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
      Endpoints endpoints,
      KeyDirectory callers,
      Sessions browsers,
      RefusalLog refusals,
      Tries tries,
      Gateway gateway,
      Tenants tenants) {
    SigV4 signatures = new SigV4(callers::find, clock);
    Origins origins = new Origins(endpoints::knows, Set.copyOf(settings.allowOrigins()));
    Authentication authentication =
        new Authentication(
            signatures,
            id -> Optional.ofNullable(endpoints.accounts().find(id)),
            origins,
            account -> tenants.of(account).authorizers(),
            browsers);
    return new Entrance(
        authentication, refusals, tries, account -> tenants.of(account).audit(), gateway);
  }

  private HttpServer http(
      Tenants tenants,
      Endpoints endpoints,
      Entrance entrance,
      ConsoleRoutes console,
      Engine engine,
      RefusalLog refusals,
      WarningRoutes warned,
      Consumer<Account> accountMade) {
    OperationTable table = new OperationTable();
    Accounts accounts = endpoints.accounts();
    Function<Account, String> host = endpoints::ofAccount;
    Operations.bind(table, tenants::of, host, new Transfers(certificates), clock);
    new AccountRoutes(accounts, host, accountMade).bind(table);
    SnapshotRoutes snapshots =
        new SnapshotRoutes(new DataDirectory(settings.data()), engine, accounts);
    snapshots.clear();
    snapshots.bind(table);
    new ClientRoutes(tenants).bind(table);
    new ThingRoutes(tenants).bind(table);
    new HistoryRoutes(histories(engine, tenants, refusals)).bind(table);
    new AttentionRoutes(
            tenants, accounts, engine, settings.limits().freeBytesHigh(), requireNonNull(tls)::ends)
        .bind(table);
    new LimitRoutes(accounts).bind(table);
    new RefusalRoutes(refusals).bind(table);
    new PolicyRoutes(tenants).bind(table);
    new FunctionRoutes(tenants).bind(table);
    new ServerCertificateRoutes(tenants).bind(table);
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
        stats,
        unfinished);
  }

  private Histories histories(Engine engine, Tenants tenants, RefusalLog refusals) {
    Histories histories =
        keep(
            new Histories(
                tenants::all,
                account ->
                    engine.shard(new ShardId(ShardId.SERVER, 0)).account(account.id().number()),
                refusals,
                clock));
    histories.start(ticker("history"));
    return histories;
  }

  /** Where this server is to be found. */
  public ServerAddresses addresses() {
    return listening.addresses();
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
