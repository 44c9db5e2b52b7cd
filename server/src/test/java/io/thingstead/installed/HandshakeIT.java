package io.thingstead.installed;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.boot.FreePort;
import io.thingstead.installed.Relay.Way;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MqttDefaultFilePersistence;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * QoS 2 is exactly once whichever packet of its handshake is the last: the server or the client is
 * killed with -9 in place of it, for publishers and for subscribers (Paho, its state in files).
 */
class HandshakeIT {
  private static final String POLICY =
      """
      {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}}
      """;

  /** The packets of a handshake, as the one who publishes sees them. */
  enum Step {
    PUBLISH(3, true),
    PUBREC(5, false),
    PUBREL(6, true),
    PUBCOMP(7, false);

    private final int type;
    private final boolean outward;

    Step(int type, boolean outward) {
      this.type = type;
      this.outward = outward;
    }

    Way ofPublisher() {
      return outward ? Way.TO_SERVER : Way.TO_CLIENT;
    }

    Way ofSubscriber() {
      return outward ? Way.TO_CLIENT : Way.TO_SERVER;
    }
  }

  private static Installed server;
  private static Relay relay;
  private static int plain;
  @TempDir private Path state;

  @BeforeAll
  static void start() throws IOException {
    plain = FreePort.next();
    server = Installed.start("--profile", "mqtt", "--plain-mqtt", "127.0.0.1:" + plain);
    Sdk.allowAnonymous(server, POLICY);
    relay = new Relay(plain, true);
  }

  @AfterAll
  static void stop() {
    relay.close();
    server.close();
  }

  @ParameterizedTest
  @EnumSource
  void aPublisherWhoseServerIsKilled(Step step) throws Exception {
    try (Client subscriber = new Client("sub-" + step, plain);
        Client publisher = new Client("pub-" + step, relay.port())) {
      subscriber.connect();
      subscriber.mqtt.subscribe("q/t", 2).waitForCompletion(10_000);
      publisher.connect();
      CountDownLatch trapped = trap(step.ofPublisher(), step, server::kill);
      publisher.mqtt.publish("q/t", step.name().getBytes(StandardCharsets.UTF_8), 2, false);
      await(trapped);
      server.startAgain();

      publisher.connect();
      subscriber.connect();

      assertThat(publisher.done.await(20, TimeUnit.SECONDS)).as("it ends well").isTrue();
      subscriber.assertOnly(step.name());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSubscriberWhoseServerIsKilled(Step step) throws Exception {
    try (Client subscriber = new Client("sub-" + step, relay.port())) {
      subscriber.connect();
      subscriber.mqtt.subscribe("q/t", 2).waitForCompletion(10_000);
      CountDownLatch trapped = trap(step.ofSubscriber(), step, server::kill);
      server.run(mosquittoPub(step.name()));
      await(trapped);
      server.startAgain();

      subscriber.connect();

      subscriber.assertOnly(step.name());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPublisherThatIsKilled(Step step) throws Exception {
    try (Client subscriber = new Client("sub-" + step, plain)) {
      subscriber.connect();
      subscriber.mqtt.subscribe("q/t", 2).waitForCompletion(10_000);
      Process[] child = new Process[1];
      CountDownLatch trapped = trap(step.ofPublisher(), step, () -> kill(child));
      child[0] = child("publish", step.name());
      await(trapped);
      child[0].onExit().join();

      assertThat(child("resume").waitFor()).isZero();

      subscriber.assertOnly(step.name());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSubscriberThatIsKilled(Step step) throws Exception {
    assertThat(child("subscribe").waitFor()).isZero();
    Process[] child = new Process[1];
    CountDownLatch trapped = trap(step.ofSubscriber(), step, () -> kill(child));
    child[0] = child("listen");
    server.run(mosquittoPub(step.name())).ok();
    await(trapped);
    child[0].onExit().join();
    List<String> got = new ArrayList<>(child[0].inputReader().readAllLines());

    Process again = child("listen");
    server.run(mosquittoPub("last")).ok();
    String line;
    do {
      line = again.inputReader().readLine();
      assertThat(line).isNotNull();
      got.add(line);
    } while (!line.equals("got last"));
    again.destroyForcibly();

    assertThat(got).containsExactly("got " + step, "got last");
  }

  private static CountDownLatch trap(Way way, Step step, Runnable action) {
    CountDownLatch trapped = new CountDownLatch(1);
    relay.trap(
        way,
        step.type,
        () -> {
          action.run();
          trapped.countDown();
        });
    return trapped;
  }

  private static void await(CountDownLatch trapped) throws InterruptedException {
    assertThat(trapped.await(20, TimeUnit.SECONDS)).as("the packet came along").isTrue();
  }

  private static void kill(Process[] child) {
    // Process.destroyForcibly would throw away what it has printed.
    child[0].toHandle().destroyForcibly();
    child[0].onExit().join();
  }

  private static String[] mosquittoPub(String text) {
    return new String[] {
      "mosquitto_pub", "-h", "127.0.0.1", "-p", "" + plain, "-q", "2", "-t", "q/t", "-m", text
    };
  }

  private Process child(String... what) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(PahoChild.class.getName());
    command.addAll(List.of("tcp://127.0.0.1:" + relay.port(), "child"));
    command.add(Files.createDirectories(state.resolve("child")).toString());
    command.addAll(List.of(what));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  /** Paho in this process: it outlives the server. */
  private final class Client implements MqttCallback, AutoCloseable {
    private final BlockingQueue<String> got = new LinkedBlockingQueue<>();
    private final CountDownLatch done = new CountDownLatch(1);
    private final MqttAsyncClient mqtt;

    Client(String id, int port) throws Exception {
      mqtt =
          new MqttAsyncClient(
              "tcp://127.0.0.1:" + port, id, new MqttDefaultFilePersistence(state.toString()));
      mqtt.setCallback(this);
    }

    void connect() throws Exception {
      MqttConnectOptions options = new MqttConnectOptions();
      options.setCleanSession(false);
      mqtt.connect(options).waitForCompletion(10_000);
    }

    void assertOnly(String text) throws Exception {
      server.run(mosquittoPub("last")).ok();
      assertThat(got.poll(20, TimeUnit.SECONDS)).isEqualTo(text);
      assertThat(got.poll(20, TimeUnit.SECONDS)).isEqualTo("last");
      mqtt.unsubscribe("q/t").waitForCompletion(10_000);
    }

    @Override
    public void messageArrived(String topic, MqttMessage message) {
      got.add(new String(message.getPayload(), StandardCharsets.UTF_8));
    }

    @Override
    public void deliveryComplete(IMqttDeliveryToken token) {
      done.countDown();
    }

    @Override
    public void connectionLost(Throwable cause) {}

    @Override
    public void close() throws MqttException {
      mqtt.disconnectForcibly(0, 100);
      mqtt.close(true);
    }
  }
}
