package io.thingstead.boot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.thingstead.account.Account;
import io.thingstead.account.Accounts;
import io.thingstead.api.iot.Action;
import io.thingstead.api.iot.CreateTopicRuleRequest;
import io.thingstead.api.iot.RepublishAction;
import io.thingstead.api.iot.TopicRulePayload;
import io.thingstead.broker.Broker;
import io.thingstead.broker.Clients;
import io.thingstead.broker.Closing;
import io.thingstead.broker.Connecting;
import io.thingstead.broker.Lane;
import io.thingstead.broker.Lanes;
import io.thingstead.broker.Loop;
import io.thingstead.broker.Message;
import io.thingstead.broker.MessageProperties;
import io.thingstead.broker.Origin;
import io.thingstead.broker.PendingWill;
import io.thingstead.broker.Permissive;
import io.thingstead.broker.Qos;
import io.thingstead.broker.RecordingTarget;
import io.thingstead.broker.Session;
import io.thingstead.domain.Domains;
import io.thingstead.domain.Showing;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.ShardId;
import io.thingstead.engine.Simulation;
import io.thingstead.function.FunctionHost;
import io.thingstead.identity.KeyPairs;
import io.thingstead.identity.MasterKey;
import io.thingstead.identity.OwnCa;
import io.thingstead.model.AccountId;
import io.thingstead.model.Limits;
import io.thingstead.model.Profile;
import io.thingstead.model.topic.Topic;
import io.thingstead.model.topic.TopicFilter;
import io.thingstead.operation.Features;
import io.thingstead.rules.Work;
import io.thingstead.rules.action.HttpCalls;
import io.thingstead.rules.action.TargetGuard;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An account over crashes of the server, with everything that stands on its broker. */
class TenantsTest {
  private static final Account ACCOUNT =
      new Account(new AccountId("123456789012"), "us-east-1", Profile.THINGSTEAD);

  private final Simulation sim = new Simulation(1);
  private final SecureRandom random = new SecureRandom();
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final List<String> heard = new ArrayList<>();
  @TempDir private Path files;
  private boolean opening;
  private Tenants tenants;
  private Features features;

  @BeforeEach
  void open() throws NoSuchAlgorithmException {
    tenants =
        new Tenants(
            sim.engine(),
            new Lanes(
                List.of(new AtOnce()),
                sim.engine().commits(),
                UnpooledByteBufAllocator.DEFAULT,
                sim.clock()),
            MasterKey.open(files.resolve("master.key"), random),
            new KeyPairs(random, 1),
            random,
            new HttpCalls(new TargetGuard(List.of()), SSLContext.getDefault(), sim.clock()),
            new Work(this::run, sim.clock(), sim.random(), _ -> {}),
            "https://localhost:8443",
            List.of(),
            (_, _, _, _, _, _) -> {},
            (_, _, _, _) -> {},
            files.resolve("buckets"),
            new FunctionHost(
                files.resolve("functions"),
                false,
                false,
                new FunctionHost.Reach(
                    List.of("localhost"), () -> new InetSocketAddress(0), emptyFile()),
                new FunctionHost.Means(
                    List.of(), this::run, Thread::new, sim.clock(), sim.random())),
            endpoints());
    opening = true;
    tenants.open(ACCOUNT);
    opening = false;
    features = tenants.of(ACCOUNT);
    features
        .broker()
        .attach(
            new TopicFilter("out/#"),
            message -> {
              heard.add(message.topic().text() + " " + new String(message.payloadBytes(), UTF_8));
              return null;
            });
  }

  /** Opening waits for what it reads, so that is done at once; else the tests say when. */
  private void run(Runnable task) {
    if (opening) {
      task.run();
    } else {
      tasks.add(task);
    }
  }

  private Endpoints endpoints() {
    AccountShard server = sim.engine().shard(new ShardId(ShardId.SERVER, 0)).account(0);
    Accounts accounts = new Accounts(server, ACCOUNT);
    return new Endpoints(
        List.of("localhost"),
        accounts,
        new Domains(accounts, List.of("localhost"), new Showing((_, _) -> {}, _ -> {}, _ -> {})),
        OwnCa.open(
            server,
            MasterKey.open(files.resolve("master.key"), random),
            new KeyPairs(random, 1),
            sim.clock(),
            random));
  }

  private Path emptyFile() {
    try {
      return Files.writeString(files.resolve("ca.pem"), "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void crash() throws NoSuchAlgorithmException {
    sim.crashAndRestart();
    tasks.clear();
    open();
  }

  private void settle() {
    do {
      sim.runUntilIdle();
      for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
        task.run();
      }
      sim.runUntilIdle();
    } while (!tasks.isEmpty());
  }

  private void rule(String name, String from, String to) {
    Action republish =
        Action.builder()
            .republish(new RepublishAction("arn:aws:iam::123456789012:role/r", to, 1, null))
            .build();
    // It takes no shortcut, or its message would be there before anyone listens to it.
    String sql = "SELECT * FROM '" + from + "' WHERE regexp_matches(topic(), '.')";
    TopicRulePayload payload =
        new TopicRulePayload(sql, null, List.of(republish), null, "2016-03-23", null);
    features.rules().create(new CreateTopicRuleRequest(name, payload, null));
    settle();
  }

  private RecordingTarget connect(String clientId, String willTopic) {
    PendingWill will =
        new PendingWill(
            new Topic(willTopic),
            "{\"gone\":true}".getBytes(UTF_8),
            Qos.AT_LEAST_ONCE,
            false,
            0,
            -1,
            MessageProperties.NONE,
            null);
    Broker broker = features.broker();
    Connecting client =
        new Connecting(clientId, true, false, 0, 10, Limits.DEFAULT, new Permissive(), will);
    Lane lane = broker.clients().lane(clientId);
    RecordingTarget line = new RecordingTarget(lane);
    line.writable = false;
    lane.loop().execute(() -> connect(broker, client, line));
    sim.runUntilIdle();
    assertThat(line.session).isNotNull();
    return line;
  }

  private static void connect(Broker broker, Connecting client, RecordingTarget line) {
    broker
        .clients()
        .connect(
            client,
            line,
            new Clients.Connected() {
              @Override
              public void connected(Session session, boolean present) {
                line.session = session;
              }

              @Override
              public void refused(Closing why) {
                throw new AssertionError("refused: " + why);
              }
            });
  }

  @Test
  void rulesHearTheWillsOfAFormerRun() throws NoSuchAlgorithmException {
    rule("wills", "gone/+", "out/${topic(2)}");
    connect("lamp", "gone/lamp");
    crash();
    settle();
    assertThat(heard).containsExactly("out/lamp {\"gone\":true}");
  }

  @Test
  void shadowsHearTheWillsOfAFormerRun() throws NoSuchAlgorithmException {
    rule("shadows", "$aws/things/+/shadow/update/rejected", "out/${topic(3)}");
    connect("lamp", "$aws/things/lamp/shadow/update");
    crash();
    settle();
    assertThat(heard).hasSize(1).first().asString().contains("out/lamp {\"code\":400");
  }

  @Test
  void rulesHearTheChangesOfShadowsThatAFormerRunDidNotTell() throws NoSuchAlgorithmException {
    rule("changes", "$aws/things/+/shadow/update/accepted", "out/${topic(3)}");
    features.shadows().update("lamp", null, "{\"state\":{}}".getBytes(UTF_8));
    // What the rule has taken of the announcement is lost with the threads of this run.
    heard.clear();
    crash();
    settle();
    assertThat(heard).hasSize(1).first().asString().startsWith("out/lamp {\"state\":{}");
  }

  @Test
  void basicIngestIsThereForTheWillsOfAFormerRun() throws NoSuchAlgorithmException {
    rule("direct", "nothing", "out/${topic()}");
    connect("lamp", "$aws/rules/direct/x");
    crash();
    settle();
    assertThat(heard).containsExactly("out/x {\"gone\":true}");
  }

  @Test
  void closingEndsConnectionsAndThenMakesRulesAndShadowsDeaf() {
    rule("wills", "gone/+", "out/${topic(2)}");
    RecordingTarget line = connect("lamp", "gone/lamp");
    tenants.close();
    assertThat(line.closed).isEqualTo(Closing.SHUTTING_DOWN);
    settle();
    heard.clear();
    features
        .broker()
        .publish(
            Message.of(
                new Topic("gone/lamp"), "{}".getBytes(UTF_8), Qos.AT_LEAST_ONCE, Origin.SERVER, 0));
    settle();
    assertThat(heard).isEmpty();
  }

  /** Runs each task at once, after the one that it is given by. */
  private static final class AtOnce implements Loop {
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private boolean working;

    @Override
    public boolean current() {
      return working;
    }

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
      if (working) {
        return;
      }
      working = true;
      for (Runnable next = tasks.poll(); next != null; next = tasks.poll()) {
        next.run();
      }
      working = false;
    }
  }
}
