package io.thingstead.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.thingstead.broker.Qos;
import io.thingstead.model.Profile;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Debian's mosquitto clients, in every version of MQTT they speak. */
class MosquittoFeaturesTest {
  @RegisterExtension static final TestServer server = new TestServer(Profile.MQTT);

  @BeforeAll
  static void look() {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/mosquitto_sub")), "needs mosquitto-clients");
  }

  private static Process start(String program, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("stdbuf", "-oL", program));
    command.addAll(List.of("-h", "127.0.0.1", "-p", String.valueOf(server.node().port())));
    command.addAll(Arrays.asList(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static String run(String program, String... arguments) throws Exception {
    Process process = start(program, arguments);
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return said + "exit " + process.exitValue();
  }

  /** A mosquitto_sub that has heard SUBACK. */
  private record Subscriber(Process process, BufferedReader out) {
    static Subscriber start(String... arguments) throws IOException {
      List<String> all = new ArrayList<>(List.of("-d", "-W", "30"));
      all.addAll(Arrays.asList(arguments));
      Process process = MosquittoFeaturesTest.start("mosquitto_sub", all.toArray(String[]::new));
      Subscriber subscriber = new Subscriber(process, process.inputReader());
      assertThat(subscriber.line("Subscribed")).startsWith("Subscribed");
      return subscriber;
    }

    /** The next line that begins so. */
    String line(String start) throws IOException {
      String line = out.readLine();
      while (line != null && !line.startsWith(start)) {
        line = out.readLine();
      }
      return String.valueOf(line);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mqttv31", "mqttv311", "mqttv5"})
  void messagesOfEveryQosInEveryVersion(String version) throws Exception {
    String topic = server.name("/t");
    Subscriber got =
        Subscriber.start(
            "-V",
            version,
            "-i",
            server.name("s"),
            "-q",
            "2",
            "-t",
            topic,
            "-C",
            "3",
            "-F",
            "got %q %p");
    for (String qos : List.of("0", "1", "2")) {
      assertThat(
              run(
                  "mosquitto_pub",
                  "-V",
                  version,
                  "-i",
                  server.name("p"),
                  "-q",
                  qos,
                  "-t",
                  topic,
                  "-m",
                  "m" + qos))
          .isEqualTo("exit 0");
    }
    assertThat(got.line("got")).isEqualTo("got 0 m0");
    assertThat(got.line("got")).isEqualTo("got 1 m1");
    assertThat(got.line("got")).isEqualTo("got 2 m2");
  }

  @Test
  void propertiesOfMqtt5() throws Exception {
    String topic = server.name("/t");
    Subscriber got =
        Subscriber.start(
            "-V",
            "mqttv5",
            "-t",
            topic,
            "-C",
            "1",
            "-F",
            "got %C %E %F %R %P %p",
            "-D",
            "connect",
            "topic-alias-maximum",
            "5");
    run(
        "mosquitto_pub",
        "-V",
        "mqttv5",
        "-t",
        topic,
        "-m",
        "x",
        "-D",
        "publish",
        "content-type",
        "text/plain",
        "-D",
        "publish",
        "message-expiry-interval",
        "60",
        "-D",
        "publish",
        "payload-format-indicator",
        "1",
        "-D",
        "publish",
        "response-topic",
        "reply",
        "-D",
        "publish",
        "user-property",
        "k",
        "v");
    assertThat(got.line("got")).isEqualTo("got text/plain 60 1 reply k:v x");
  }

  @Test
  void requestAndResponse() throws Exception {
    RawClient service = server.join(server.five("service"));
    service.subscribed(server.name("/service"), Qos.AT_LEAST_ONCE);
    Process asks =
        start(
            "mosquitto_rr",
            "-V",
            "mqttv5",
            "-t",
            server.name("/service"),
            "-e",
            server.name("/inbox"),
            "-m",
            "?",
            "-q",
            "1",
            "-W",
            "20");
    String inbox = String.valueOf(service.taken().properties().message().responseTopic());
    service.published(inbox, "answer", Qos.AT_LEAST_ONCE);
    assertThat(new String(asks.getInputStream().readAllBytes(), UTF_8)).isEqualTo("answer\n");
  }

  @Test
  void willOfAClientThatIsKilled() throws Exception {
    RawClient watcher = server.join(server.five("w"));
    watcher.subscribed(server.name("/will"), Qos.AT_LEAST_ONCE);
    Subscriber client =
        Subscriber.start(
            "-t",
            server.name("/x"),
            "--will-topic",
            server.name("/will"),
            "--will-payload",
            "gone");
    client.process.destroyForcibly();
    assertThat(RawClient.text(watcher.taken())).isEqualTo("gone");
  }

  @Test
  void sessionIsKeptForMosquitto() throws Exception {
    String topic = server.name("/q");
    String[] session = {"-i", server.name("c"), "-c", "-q", "1", "-t", topic};
    run("mosquitto_sub", with(session, "-E"));
    for (int i = 0; i < 5; i++) {
      run("mosquitto_pub", "-q", "1", "-t", topic, "-m", "m" + i);
    }
    assertThat(run("mosquitto_sub", with(session, "-C", "5")))
        .isEqualTo("m0\nm1\nm2\nm3\nm4\nexit 0");
  }

  private static String[] with(String[] first, String... more) {
    String[] all = Arrays.copyOf(first, first.length + more.length);
    System.arraycopy(more, 0, all, first.length, more.length);
    return all;
  }
}
