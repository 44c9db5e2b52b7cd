package io.thingstead.bench;

import io.thingstead.account.Account;
import io.thingstead.authorize.Authorization;
import io.thingstead.authorize.Authorizer;
import io.thingstead.authorize.ConnectionContext;
import io.thingstead.authorize.Decision;
import io.thingstead.authorize.Lookups;
import io.thingstead.authorize.Policies;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Engine;
import io.thingstead.engine.EngineSettings;
import io.thingstead.engine.ShardId;
import io.thingstead.engine.ThreadWorkers;
import io.thingstead.engine.rocks.RocksSettings;
import io.thingstead.engine.rocks.RocksStore;
import io.thingstead.identity.Principal;
import io.thingstead.model.AccountId;
import io.thingstead.model.Limits;
import io.thingstead.model.Profile;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the gateway asks of one connection's policies, by one thread: with one statement and with
 * ten thousand, which must not differ where an answer is known.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "-XX:+UseCompactObjectHeaders",
      "--enable-native-access=ALL-UNNAMED",
      "--sun-misc-unsafe-memory-access=allow"
    })
// JMH calls @Setup before it measures, which NullAway cannot see.
@SuppressWarnings("NullAway.Init")
public class AuthorizationBenchmark {
  private static final int STATEMENTS_IN_POLICY = 200;
  private static final int TOPICS = 1 << 16;
  private static final Limits.Policies NO_LIMITS =
      new Limits.Policies(1_000_000, 1_000_000, 5, 100, 2);

  @Param({"1", "10000"})
  int statements;

  private final String[] topics = new String[TOPICS];
  private final Account account =
      new Account(new AccountId("000000000000"), "us-east-1", Profile.THINGSTEAD);
  private Path directory;
  private Engine engine;
  private Authorizer authorizer;
  private ConnectionContext context;
  private Authorization authorization;
  private int known;
  private int next;

  /** Stores the policies and connects. */
  @Setup(Level.Trial)
  public void open() throws IOException {
    directory = Files.createTempDirectory("authorization-benchmark");
    engine =
        new Engine(
            RocksStore.open(directory, RocksSettings.DEFAULTS),
            new ThreadWorkers(AuthorizationBenchmark::fail),
            InstantSource.system(),
            EngineSettings.DEFAULTS,
            AuthorizationBenchmark::fail);
    AccountShard registry = engine.shard(new ShardId(ShardId.REGISTRY, 0)).account(1);
    Policies policies = new Policies(account, registry, (_, _) -> true, NO_LIMITS, new Random(1));
    Lookups lookups =
        new Lookups(_ -> true, _ -> Map.of(), (_, _) -> Optional.empty(), _ -> List.of());
    authorizer = new Authorizer(account, policies, lookups, InstantSource.system());
    String arn = account.arn("cert/c1");
    for (int from = 0; from < statements; from += STATEMENTS_IN_POLICY) {
      List<String> some = new ArrayList<>();
      for (int i = from; i < Math.min(from + STATEMENTS_IN_POLICY, statements); i++) {
        some.add(
            "{\"Effect\":\"Allow\",\"Action\":\"iot:Publish\",\"Resource\":\"%s\"}"
                .formatted(account.arn("topic/fleet/" + i + "/${iot:ClientId}/*")));
      }
      String name = "p" + from;
      policies.create(
          name, "{\"Version\":\"2012-10-17\",\"Statement\":[" + String.join(",", some) + "]}");
      policies.attach(name, arn);
    }
    Random random = new Random(1);
    for (int i = 0; i < TOPICS; i++) {
      topics[i] = "fleet/" + random.nextInt(statements) + "/me/t" + i;
    }
    context =
        new ConnectionContext(
            account,
            new Principal.Certificate("c1", arn, true),
            "me",
            InetAddress.getLoopbackAddress(),
            "localhost");
    authorization = authorizer.authorize(context);
    known = authorization.stamp();
    if (!authorization.publish(topics[0]).allowed()) {
      throw new IllegalStateException("the policies do not allow what is measured");
    }
  }

  private static void fail(Throwable e) {
    throw new IllegalStateException(e);
  }

  /** A topic that no cache knows any more. */
  @Benchmark
  public Decision cold() {
    return authorization.publish(topics[next++ & TOPICS - 1]);
  }

  /** A topic that callers of the same class have asked for. */
  @Benchmark
  public Decision cached() {
    return authorization.publish(topics[0]);
  }

  /**
   * What is left for a connection that has published to the topic before: is the stamp the same?
   */
  @Benchmark
  public boolean publishedBefore() {
    return authorization.stamp() == known;
  }

  /** A connection of a principal that has another. */
  @Benchmark
  public Decision connect() {
    return authorizer.authorize(context).connect(false, null);
  }

  /** Closes the store and removes it. */
  @TearDown(Level.Trial)
  public void close() throws IOException {
    engine.close();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
