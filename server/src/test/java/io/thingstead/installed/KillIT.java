package io.thingstead.installed;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iotdataplane.IotDataPlaneClient;

/** Whatever was acknowledged before a {@code kill -9} at a random moment is there afterwards. */
class KillIT {
  private static final String POLICY =
      """
      {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iot:*",
        "Resource": ["arn:aws:iot:*:*:client/*", "arn:aws:iot:*:*:topic/k/*",
                     "arn:aws:iot:*:*:topicfilter/k/*"]}}
      """;

  /** Seeds: three in every run; {@code -Dthingstead.long=true} makes it a campaign. */
  static List<Long> seeds() {
    int count = Boolean.getBoolean("thingstead.long") ? 100 : 3;
    List<Long> seeds = new ArrayList<>();
    for (long seed = 1; seed <= count; seed++) {
      seeds.add(seed);
    }
    return seeds;
  }

  /** What the clients were told is done. */
  private static final class Acknowledged {
    final ConcurrentLinkedQueue<String> things = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<String> queued = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<String> retained = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<Long> shadowVersions = new ConcurrentLinkedQueue<>();
    final CountDownLatch enough;

    Acknowledged(int enough) {
      this.enough = new CountDownLatch(enough);
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void nothingAcknowledgedIsLost(long seed) throws Exception {
    Random random = new Random(seed);
    try (Installed server = Installed.start()) {
      Device device = device(server);
      device.leaveSession("away", "k/queue/#");
      Acknowledged done = new Acknowledged(50 + random.nextInt(400));

      List<Thread> writers =
          List.of(
              Thread.ofVirtual().start(() -> createThings(server, done)),
              Thread.ofVirtual().start(() -> updateShadow(server, done)),
              Thread.ofVirtual().start(() -> publish(device, "q", "k/queue/", false, done)),
              Thread.ofVirtual().start(() -> publish(device, "r", "k/kept/", true, done)));
      assertThat(done.enough.await(60, TimeUnit.SECONDS)).isTrue();
      server.kill();
      for (Thread writer : writers) {
        writer.join();
      }
      server.killAndRestart();

      verify(server, device, done);
    }
  }

  private static void verify(Installed server, Device device, Acknowledged done) throws Exception {
    List<String> things = new ArrayList<>();
    try (IotClient iot = iot(server)) {
      iot.listThingsPaginator().things().forEach(thing -> things.add(thing.thingName()));
    }
    assertThat(things).containsAll(done.things);
    try (IotDataPlaneClient data = data(server)) {
      String shadow = data.getThingShadow(r -> r.thingName("shadowed")).payload().asUtf8String();
      long version = Long.parseLong(shadow.replaceAll(".*\"version\":([0-9]+).*", "$1"));
      assertThat(version)
          .isGreaterThanOrEqualTo(done.shadowVersions.stream().reduce(0L, Math::max));
    }
    assertThat(received(device, "away", false, "k/queue/#", done.queued))
        .containsSubsequence(done.queued);
    assertThat(received(device, "fresh", true, "k/kept/#", done.retained))
        .containsAll(done.retained);
  }

  private static List<String> received(
      Device device, String clientId, boolean clean, String filter, Collection<String> wanted)
      throws Exception {
    BlockingQueue<String> arrived = new LinkedBlockingQueue<>();
    MqttClient client = device.connectListening(clientId, clean, arrived::add);
    if (clean) {
      client.subscribe(filter, 1);
    }
    List<String> got = new ArrayList<>();
    // What was stored and not yet acknowledged when the server died may be there as well.
    Set<String> missing = new HashSet<>(wanted);
    while (!missing.isEmpty()) {
      String next = arrived.poll(20, TimeUnit.SECONDS);
      assertThat(next)
          .as("%d of %d are missing: %s", missing.size(), wanted.size(), missing)
          .isNotNull();
      missing.remove(next);
      got.add(next);
    }
    client.disconnectForcibly(0, 1000);
    client.close();
    return got;
  }

  private static void publish(
      Device device, String clientId, String prefix, boolean retain, Acknowledged done) {
    try {
      MqttClient client = device.connect(clientId, true);
      for (int i = 0; ; i++) {
        String text = prefix + i;
        String topic = retain ? text : prefix + "x";
        client.publish(topic, text.getBytes(StandardCharsets.UTF_8), 1, retain);
        (retain ? done.retained : done.queued).add(text);
        done.enough.countDown();
      }
    } catch (MqttException e) {
      // The server was killed: what was not acknowledged may be lost.
    }
  }

  private static void createThings(Installed server, Acknowledged done) {
    try (IotClient iot = iot(server)) {
      for (int i = 0; ; i++) {
        String name = "thing" + i;
        iot.createThing(r -> r.thingName(name));
        done.things.add(name);
        done.enough.countDown();
      }
    } catch (SdkException e) {
      // As above.
    }
  }

  private static void updateShadow(Installed server, Acknowledged done) {
    try (IotDataPlaneClient data = data(server)) {
      for (int i = 0; ; i++) {
        SdkBytes update = SdkBytes.fromUtf8String("{\"state\":{\"reported\":{\"n\":" + i + "}}}");
        String answer =
            data.updateThingShadow(r -> r.thingName("shadowed").payload(update))
                .payload()
                .asUtf8String();
        done.shadowVersions.add(
            Long.parseLong(answer.replaceAll(".*\"version\":([0-9]+).*", "$1")));
        done.enough.countDown();
      }
    } catch (SdkException e) {
      // As above.
    }
  }

  private static Device device(Installed server) {
    try (IotClient iot = iot(server)) {
      var made = iot.createKeysAndCertificate(r -> r.setAsActive(true));
      iot.createPolicy(r -> r.policyName("k").policyDocument(POLICY));
      iot.attachPolicy(r -> r.policyName("k").target(made.certificateArn()));
      return new Device(server, made.certificatePem(), made.keyPair().privateKey());
    }
  }

  private static IotClient iot(Installed server) {
    return IotClient.builder()
        .endpointOverride(endpoint(server))
        .region(Region.US_EAST_1)
        .credentialsProvider(credentials(server))
        .httpClient(http(server))
        .overrideConfiguration(c -> c.retryStrategy(r -> r.maxAttempts(1)))
        .build();
  }

  private static IotDataPlaneClient data(Installed server) {
    return IotDataPlaneClient.builder()
        .endpointOverride(endpoint(server))
        .region(Region.US_EAST_1)
        .credentialsProvider(credentials(server))
        .httpClient(http(server))
        .overrideConfiguration(c -> c.retryStrategy(r -> r.maxAttempts(1)))
        .build();
  }

  private static URI endpoint(Installed server) {
    return URI.create("https://localhost:" + server.admin);
  }

  private static software.amazon.awssdk.http.SdkHttpClient http(Installed server) {
    try {
      var trust = Device.trust(server.data().resolve("ca.pem")).getTrustManagers();
      return UrlConnectionHttpClient.builder().tlsTrustManagersProvider(() -> trust).build();
    } catch (java.security.GeneralSecurityException | java.io.IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static StaticCredentialsProvider credentials(Installed server) {
    Properties file = new Properties();
    try (var in = Files.newBufferedReader(server.data().resolve("credentials"))) {
      file.load(in);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return StaticCredentialsProvider.create(
        AwsBasicCredentials.create(
            file.getProperty("aws_access_key_id"), file.getProperty("aws_secret_access_key")));
  }

  @Test
  void anAdministratorEmptiesTheServerAndGoesOnWithTheSameKey() {
    try (Installed server = Installed.start("--allow-reset")) {
      server.awsOk("iot", "create-thing", "--thing-name", "t1");

      server.run(curl(server, "-X", "POST", "/_thingstead/reset")).ok();
      server
          .run(
              "curl",
              "-sSf",
              "--retry",
              "60",
              "--retry-all-errors",
              "--retry-delay",
              "1",
              "--cacert",
              server.data().resolve("ca.pem").toString(),
              "https://localhost:" + server.admin + "/readyz")
          .ok();

      assertThat(server.awsOk("iot", "list-things")).doesNotContain("t1");
      assertThat(server.awsOk("iot", "create-thing", "--thing-name", "t1")).contains("thing/t1");
    }
  }

  /** A signed request by curl, which knows SigV4. */
  private static String[] curl(Installed server, String option, String value, String path) {
    AwsBasicCredentials key = (AwsBasicCredentials) credentials(server).resolveCredentials();
    return new String[] {
      "curl",
      "-sSf",
      option,
      value,
      "--aws-sigv4",
      "aws:amz:us-east-1:iot",
      "--user",
      key.accessKeyId() + ":" + key.secretAccessKey(),
      "--cacert",
      server.data().resolve("ca.pem").toString(),
      "https://localhost:" + server.admin + path
    };
  }

  @Test
  void aRestartWithoutAnyWorkIsQuietAndWhole() {
    try (Installed server = Installed.start()) {
      server.killAndRestart();
      assertThat(server.printed()).doesNotContain("Exception");
    }
  }
}
