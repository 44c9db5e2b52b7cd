package io.thingstead.installed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iotdataplane.IotDataPlaneClient;

/**
 * Clients of four makes that work without pause through any number of crashes, and keep book: QoS 1
 * and 2 publishers, durable subscribers that are online or away, retained messages, a rule that
 * republishes, wills, a shadow and things.
 */
final class Workload implements AutoCloseable {
  private static final String POLICY =
      """
      {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}}
      """;
  private static final String RULE =
      """
      {"sql": "SELECT * FROM 'rule/in'", "awsIotSqlVersion": "2016-03-23",
       "actions": [{"republish": {"roleArn": "arn:aws:iam::000000000000:role/r", "topic": "k/rule", "qos": 1}}]}
      """;

  /** One whose messages are kept until it has run: a search in text takes no shortcut. */
  private static final String KEEPING_RULE =
      """
      {"sql": "SELECT * FROM 'kept/in' WHERE regexp_matches(topic(), 'in')", "awsIotSqlVersion": "2016-03-23",
       "actions": [{"republish": {"roleArn": "arn:aws:iam::000000000000:role/r", "topic": "k/kept", "qos": 1}}]}
      """;

  private static final int RETAINED_TOPICS = 5;
  private static final long PATIENCE_SECONDS = 30;

  /** Streams of numbered messages on topics of their own. */
  private static final List<String> QOS_1 = List.of("paho1", "hive1");

  private static final List<String> QOS_2 = List.of("paho2", "hive2");

  /** What rules and wills publish. */
  private static final List<String> ANY_ORDER = List.of("rule", "kept", "will");

  /** Durable subscribers to all of k/#. */
  private static final List<String> SUBSCRIBERS = List.of("paho", "hive", "mosquitto", "away");

  private final Installed server;
  private final Device device;
  private final Ledger ledger = new Ledger();

  /** What closes each client. */
  private final List<Runnable> clients = new ArrayList<>();

  private final List<Thread> writers = new ArrayList<>();
  private final Map<String, Semaphore> budgets = new ConcurrentHashMap<>();
  private final Map<Long, Long> retained = new ConcurrentHashMap<>();
  private final PahoClient away;
  private volatile boolean ended;
  private final int plain;
  private long wills;

  /**
   * @param plain the port of the server that is without TLS
   */
  Workload(Installed server, int plain) throws Exception {
    this.server = server;
    this.plain = plain;
    this.device = Sdk.device(server, POLICY);
    server.awsOk("iot", "attach-policy", "--policy-name", "k", "--target", "anonymous");
    server.awsOk("iot", "create-topic-rule", "--rule-name", "r", "--topic-rule-payload", RULE);
    server.awsOk(
        "iot", "create-topic-rule", "--rule-name", "k", "--topic-rule-payload", KEEPING_RULE);
    away = new PahoClient(device, "s-away", (topic, text) -> got("away", topic, text), _ -> {});
    away.start("k/#").leave();
    clients.add(away::close);
    subscribers();
    publishers();
  }

  private void subscribers() throws Exception {
    clients.add(
        new PahoClient(device, "s-paho", (topic, text) -> got("paho", topic, text), _ -> {})
                .start("k/#")
            ::close);
    clients.add(
        new HiveClient(device, "s-hive", (topic, text) -> got("hive", topic, text), _ -> {})
                .start("k/#")
            ::close);
    // Without TLS: with it mosquitto_sub ends when a server dies without a farewell. At QoS 1: at 2
    // its library keeps a message that is sent again twice, and then takes the one for the next
    // (https://github.com/eclipse-mosquitto/mosquitto/issues/1751).
    Mosquitto.Listener listener =
        Mosquitto.plain(server, plain).listen("s-mosquitto", "-c", "-q", "1", "-t", "k/#");
    clients.add(listener::close);
    Thread.ofVirtual().start(() -> read(listener));
  }

  private void read(Mosquitto.Listener listener) {
    try {
      while (!ended) {
        String line = listener.lines().poll(1, TimeUnit.SECONDS);
        if (line != null) {
          int space = line.indexOf(' ');
          got("mosquitto", line.substring(0, space), line.substring(space + 1));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void got(String subscriber, String topic, String text) {
    ledger.receive(subscriber, topic.substring(2), Long.parseLong(text.replaceAll("[^0-9]", "")));
  }

  private void publishers() throws Exception {
    for (int qos = 1; qos <= 2; qos++) {
      int level = qos;
      String ofPaho = "paho" + qos;
      PahoClient paho = pahoPublisher(ofPaho, ofPaho);
      write(ofPaho, n -> paho.publish("k/" + ofPaho, "" + n, level, false, n));
      String ofHive = "hive" + qos;
      HiveClient hive =
          new HiveClient(device, "p-" + ofHive, (_, _) -> {}, n -> ledger.acknowledge(ofHive, n))
              .start("");
      clients.add(hive::close);
      write(ofHive, n -> hive.publish("k/" + ofHive, "" + n, level, n));
    }
    PahoClient rule = pahoPublisher("rule", "rule");
    write("rule", n -> rule.publish("rule/in", "{\"n\":" + n + "}", 1, false, n));
    PahoClient kept = pahoPublisher("kept", "kept");
    write("kept", n -> kept.publish("kept/in", "{\"n\":" + n + "}", 1, false, n));
    PahoClient keeper =
        new PahoClient(
                device,
                "p-retained",
                (_, _) -> {},
                n -> {
                  retained.merge(n % RETAINED_TOPICS, n, Math::max);
                  ledger.acknowledge("retained", n);
                })
            .start("");
    clients.add(keeper::close);
    write("retained", n -> keeper.publish("r/" + n % RETAINED_TOPICS, "" + n, 1, true, n));
    Thread api = Thread.ofVirtual().start(this::callApi);
    budgets.put("api", new Semaphore(0));
    writers.add(api);
  }

  private PahoClient pahoPublisher(String name, String stream) throws MqttException {
    PahoClient client =
        new PahoClient(device, "p-" + name, (_, _) -> {}, n -> ledger.acknowledge(stream, n))
            .start("");
    clients.add(client::close);
    return client;
  }

  /** Publishes one number. */
  private interface Write {
    void write(long number) throws InterruptedException;
  }

  private void write(String stream, Write write) {
    Semaphore budget = new Semaphore(0);
    budgets.put(stream, budget);
    writers.add(
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    for (long n = 0; !ended; n++) {
                      budget.acquire();
                      write.write(n);
                    }
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                }));
  }

  /** Things, and a shadow whose versions have to rise: a lost one would be given twice. */
  private void callApi() {
    try (IotClient iot = Sdk.iot(server);
        IotDataPlaneClient data = Sdk.data(server)) {
      for (long n = 0; !ended; n++) {
        if (!budgets.getOrDefault("api", new Semaphore(0)).tryAcquire(100, TimeUnit.MILLISECONDS)) {
          n--;
          continue;
        }
        long number = n;
        try {
          iot.createThing(r -> r.thingName("thing" + number));
          ledger.acknowledge("things", number);
          SdkBytes update = SdkBytes.fromUtf8String("{\"state\":{\"reported\":{\"n\":" + n + "}}}");
          String answer =
              data.updateThingShadow(r -> r.thingName("shadowed").payload(update))
                  .payload()
                  .asUtf8String();
          long version = Long.parseLong(answer.replaceAll(".*\"version\":([0-9]+).*", "$1"));
          ledger.receive("api", "versions", version);
          ledger.acknowledge("versions", version);
        } catch (SdkException e) {
          // The server is down; whether it was done nobody was told.
          TimeUnit.MILLISECONDS.sleep(100);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Lets every publisher send so many more, and waits until so many more are acknowledged in all.
   */
  void work(int each, long acknowledgements) throws Exception {
    long before = ledger.total();
    connectOneWithAWill();
    budgets.forEach((name, budget) -> budget.release(name.equals("api") ? each / 4 : each));
    await("the work of a round", () -> ledger.total() >= before + acknowledgements);
  }

  /** A client that will be cut off by the crash: all subscribers are owed its will. */
  private void connectOneWithAWill() throws MqttException {
    MqttAsyncClient client =
        new MqttAsyncClient(device.url(), "will" + wills, new MemoryPersistence());
    MqttConnectOptions options = device.pahoOptions();
    options.setWill("k/will", ("" + wills).getBytes(StandardCharsets.UTF_8), 1, false);
    client.connect(options).waitForCompletion(20_000);
    ledger.acknowledge("will", wills);
    wills++;
  }

  /** A newcomer gets, on each retained topic, what was acknowledged last or something newer. */
  void assertRetained() throws Exception {
    Map<Long, Long> least = Map.copyOf(retained);
    Map<Long, Long> seen = new ConcurrentHashMap<>();
    MqttClient client =
        device.connectListening(
            "newcomer",
            true,
            text ->
                seen.merge(
                    Long.parseLong(text) % RETAINED_TOPICS, Long.parseLong(text), Math::max));
    client.subscribe("r/#", 1);
    await(
        "retained messages " + least + ", seen " + seen,
        () ->
            least.entrySet().stream()
                .allMatch(e -> seen.getOrDefault(e.getKey(), -1L) >= e.getValue()));
    client.disconnect(0);
    client.close();
  }

  /** Waits until everything sent is acknowledged and has arrived, and compares. */
  void verify() throws Exception {
    away.returnOnce();
    List<String> streams = new ArrayList<>(QOS_1);
    streams.addAll(QOS_2);
    streams.addAll(ANY_ORDER);
    await(
        "all publishers done",
        () -> budgets.values().stream().allMatch(b -> b.availablePermits() == 0));
    for (String subscriber : SUBSCRIBERS) {
      for (String stream : streams) {
        awaitQuietly(() -> ledger.complete(subscriber, stream));
        if (QOS_2.contains(stream) && !subscriber.equals("mosquitto")) {
          ledger.assertExactlyOnce(subscriber, stream);
        } else if (ANY_ORDER.contains(stream)) {
          ledger.assertNothingLost(subscriber, stream);
        } else {
          ledger.assertInOrder(subscriber, stream);
        }
      }
    }
    ledger.assertExactlyOnce("api", "versions");
    assertThings();
  }

  private void assertThings() {
    Set<Long> things = new HashSet<>();
    try (IotClient iot = Sdk.iot(server)) {
      iot.listThingsPaginator()
          .things()
          .forEach(thing -> things.add(Long.parseLong(thing.thingName().replace("thing", ""))));
    }
    assertThat(things).containsAll(ledger.acknowledged("things"));
  }

  Ledger ledger() {
    return ledger;
  }

  private static void await(String what, BooleanSupplier done) throws InterruptedException {
    assertThat(awaitQuietly(done)).as("%s within %d s", what, PATIENCE_SECONDS).isTrue();
  }

  private static boolean awaitQuietly(BooleanSupplier done) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!done.getAsBoolean()) {
      if (System.nanoTime() > end) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
    return true;
  }

  @Override
  public void close() {
    ended = true;
    writers.forEach(Thread::interrupt);
    clients.forEach(Runnable::run);
  }
}
