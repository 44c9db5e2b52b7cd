package io.thingstead.boot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.client.IMqttMessageListener;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iotdataplane.IotDataPlaneClient;
import software.amazon.awssdk.services.iotdataplane.model.PayloadFormatIndicator;
import software.amazon.awssdk.services.iotdataplane.model.ResourceNotFoundException;
import software.amazon.awssdk.services.iotdataplane.model.RetainedMessageSummary;

/** Publishing and retained messages over HTTPS, with the AWS SDK and curl, to an MQTT 5 client. */
class HttpsDataPlaneTest {
  @TempDir private static Path directory = Path.of("");
  private static RunningNode server;
  private static RunningNode.Device device;
  private static MqttClient subscriber;
  private static final BlockingQueue<Got> GOT = new LinkedBlockingQueue<>();

  private record Got(String topic, MqttMessage message) {
    String text() {
      return topic + " " + new String(message.getPayload(), UTF_8);
    }
  }

  @BeforeAll
  static void start() throws Exception {
    server = new RunningNode(directory);
    device = server.device("any");
    try (IotClient iot = server.iot()) {
      iot.attachPolicy(b -> b.policyName("any").target("anonymous"));
    }
    String url = "tcp://127.0.0.1:" + server.plainMqtt();
    subscriber = new MqttClient(url, "subscriber", new MemoryPersistence());
    subscriber.connect();
    IMqttMessageListener listener = (topic, message) -> GOT.add(new Got(topic, message));
    // Not the method for one filter: it loops (eclipse/paho.mqtt.java#826).
    subscriber.subscribe(
        new MqttSubscription[] {new MqttSubscription("h/#", 1)},
        new IMqttMessageListener[] {listener});
  }

  @AfterAll
  static void stop() throws Exception {
    subscriber.disconnect();
    subscriber.close();
    server.close();
  }

  private static Got next() throws InterruptedException {
    return Objects.requireNonNull(GOT.poll(10, TimeUnit.SECONDS), "no message came");
  }

  @Test
  void everyPropertyOfMqtt5ReachesTheSubscriber() throws Exception {
    String correlation = Base64.getEncoder().encodeToString("c-1".getBytes(UTF_8));
    try (IotDataPlaneClient data = server.data()) {
      data.publish(
          b ->
              b.topic("h/all")
                  .qos(1)
                  .payload(SdkBytes.fromUtf8String("hello"))
                  .contentType("text/plain")
                  .responseTopic("h/answers")
                  .messageExpiry(600L)
                  .payloadFormatIndicator(PayloadFormatIndicator.UTF8_DATA)
                  .correlationData(correlation)
                  .userProperties("[{\"deviceName\":\"alpha\"},{\"deviceCnt\":\"45\"}]"));
    }
    Got got = next();
    assertThat(got.text()).isEqualTo("h/all hello");
    assertThat(got.message().getQos()).isEqualTo(1);
    MqttProperties properties = got.message().getProperties();
    assertThat(properties.getContentType()).isEqualTo("text/plain");
    assertThat(properties.getResponseTopic()).isEqualTo("h/answers");
    assertThat(properties.getMessageExpiryInterval()).isBetween(590L, 600L);
    assertThat(properties.getPayloadFormat()).isTrue();
    assertThat(properties.getCorrelationData()).isEqualTo("c-1".getBytes(UTF_8));
    assertThat(properties.getUserProperties())
        .containsExactly(
            new UserProperty("deviceName", "alpha"), new UserProperty("deviceCnt", "45"));
  }

  // curl.

  private static String curl(boolean certificate, String path, String... options) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "curl is not installed");
    List<String> command = new ArrayList<>(List.of("curl", "-s", "--cacert"));
    command.add(server.ca().toString());
    if (certificate) {
      command.addAll(List.of("--cert", device.certificate().toString()));
      command.addAll(List.of("--key", device.key().toString()));
    }
    command.addAll(List.of(options));
    command.addAll(List.of("-w", "\n%{http_code} %header{x-amzn-ErrorType}"));
    command.add("https://localhost:" + server.devicePort() + path);
    File output = File.createTempFile("curl", ".txt");
    try {
      Process process =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
      return Files.readString(output.toPath()).strip();
    } finally {
      Files.deleteIfExists(output.toPath());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/topics/h/a/b?qos=1,--http1.1",
    "/topics/h%2Fa%2Fb?qos=1,--http1.1",
    "/topics/h/a%2fb,--http1.1",
    "/topics/h/a/b?qos=0,--http1.0",
  })
  void deviceWithACertificatePublishes(String path, String version) throws Exception {
    String said = curl(true, path, version, "--data-binary", "x=1&y");
    assertThat(said).matches("\\{\"message\":\"OK\",\"traceId\":\"[0-9a-f-]{36}\"}\n200");
    assertThat(next().text()).isEqualTo("h/a/b x=1&y");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "POST|/topics/h/t?qos=2|400 InvalidRequestException|between 0 and 1",
        "POST|/topics/h/t?qos=x|400 SerializationException|qos",
        "POST|/topics/h/%23|400 InvalidRequestException|#",
        "POST|/topics/%24aws/x|400 InvalidRequestException|reserved",
        "POST|/topics/%24aws/things/t/jobs/notify|400 InvalidRequestException|reserved",
        "POST|/topics/h/1/2/3/4/5/6/7/8|400 InvalidRequestException|",
        "POST|/topics/h/t?responseTopic=a/%2B|400 InvalidRequestException|responseTopic",
        "POST|/topics/h/t?messageExpiry=-1|400 InvalidRequestException|messageExpiry",
        "POST|/topics/%24aws/things/t/shadow/update?retain=true|400 InvalidRequestException|retain",
        "PUT|/topics/h/t|405 MethodNotAllowedException|PUT",
        "DELETE|/retainedMessage/h|405 MethodNotAllowedException|DELETE",
        "GET|/retainedMessage/h/none|404 ResourceNotFoundException|h/none",
        "GET|/retainedMessage?maxResults=0|400 InvalidRequestException|maxResults",
        "GET|/retainedMessage?maxResults=201|400 InvalidRequestException|maxResults",
        "GET|/retainedMessage?nextToken=%25|400 InvalidRequestException|nextToken",
        "GET|/nowhere|404 UnknownOperationException|",
      })
  void wrongRequestGetsItsErrorInTheServicesForm(
      String method, String path, String error, String said) throws Exception {
    String answer = curl(true, path, "-X", method);
    assertThat(answer).endsWith(error).contains("\"message\":").contains("\"traceId\":");
    if (said != null) {
      assertThat(answer).contains(said);
    }
  }

  @Test
  void bodyThatAnOperationDoesNotTakeIsRefused() throws Exception {
    assertThat(curl(true, "/retainedMessage/h", "-X", "GET", "--data-binary", "1"))
        .endsWith("415 UnsupportedMediaTypeException");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x-amz-mqtt5-correlation-data: %%%",
        "x-amz-mqtt5-user-properties: bm90IGpzb24=",
        "x-amz-mqtt5-user-properties: eyJhIjoiYiJ9",
        "x-amz-mqtt5-payload-format-indicator: UTF16",
      })
  void wrongHeaderIsRefused(String header) throws Exception {
    assertThat(curl(true, "/topics/h/t", "-X", "POST", "-H", header))
        .endsWith("400 InvalidRequestException");
  }

  @Test
  void tooMuchIsRefused() throws Exception {
    Path body = directory.resolve("body");
    Files.write(body, new byte[128 * 1024 + 1]);
    assertThat(curl(true, "/topics/h/t", "--data-binary", "@" + body))
        .endsWith("413 RequestEntityTooLargeException");
    String long257 = "x".repeat(257);
    assertThat(curl(true, "/topics/h/t?contentType=" + long257, "-X", "POST"))
        .contains("contentType has 257 bytes")
        .endsWith("400 InvalidRequestException");
    String data = Base64.getEncoder().encodeToString(new byte[8 * 1024 + 1]);
    assertThat(
            curl(true, "/topics/h/t", "-X", "POST", "-H", "x-amz-mqtt5-correlation-data: " + data))
        .contains("correlationData has 8193 bytes")
        .endsWith("400 InvalidRequestException");
    String properties = "[{\"k\":\"" + "v".repeat(8 * 1024) + "\"}]";
    String encoded = Base64.getEncoder().encodeToString(properties.getBytes(UTF_8));
    assertThat(
            curl(
                true, "/topics/h/t", "-X", "POST", "-H", "x-amz-mqtt5-user-properties: " + encoded))
        .contains("userProperties has 8193 bytes")
        .endsWith("400 InvalidRequestException");
  }

  @Test
  void largestPropertiesPassTogether() throws Exception {
    String data = Base64.getEncoder().encodeToString(new byte[8 * 1024]);
    String properties = "[{\"k\":\"" + "v".repeat(8 * 1024 - 1) + "\"}]";
    String encoded = Base64.getEncoder().encodeToString(properties.getBytes(UTF_8));
    String said =
        curl(
            true,
            "/topics/h/large",
            "-X",
            "POST",
            "-H",
            "x-amz-mqtt5-correlation-data: " + data,
            "-H",
            "x-amz-mqtt5-user-properties: " + encoded);
    assertThat(said).endsWith("200");
    assertThat(next().message().getProperties().getCorrelationData()).hasSize(8 * 1024);
  }

  @Test
  void callerWithoutProofAndPolicyIsRefused() throws Exception {
    assertThat(curl(false, "/topics/h/t", "-X", "POST"))
        .endsWith("403 MissingAuthenticationTokenException");
    assertThat(curl(false, "/topics/h/t", "-X", "POST", "-H", "x-amz-customauthorizer-name: mine"))
        .contains("there is no custom authorizer mine")
        .endsWith("403 ForbiddenException");
    try (IotClient iot = server.iot()) {
      iot.detachPolicy(b -> b.policyName("any").target(device.arn()));
      assertThat(curl(true, "/topics/h/t", "-X", "POST")).endsWith("403 ForbiddenException");
      iot.attachPolicy(b -> b.policyName("any").target(device.arn()));
    }
  }

  @Test
  void browserOfAnotherOriginMayNotUseItsCertificate() throws Exception {
    assertThat(curl(true, "/topics/h/t", "-X", "POST", "-H", "Origin: https://evil.example"))
        .contains("allow-origin")
        .endsWith("403 ForbiddenException");
  }

  @Test
  void retainedMessagesAreFoundAndListedInPages() throws Exception {
    try (IotDataPlaneClient data = server.data()) {
      for (int i = 0; i < 25; i++) {
        String topic = "r/%02d".formatted(i);
        data.publish(
            b ->
                b.topic(topic)
                    .qos(1)
                    .retain(true)
                    .payload(SdkBytes.fromUtf8String(topic))
                    .userProperties("[{\"a\":\"b\"}]"));
      }
      var one = data.getRetainedMessage(b -> b.topic("r/07"));
      assertThat(one.topic()).isEqualTo("r/07");
      assertThat(one.payload().asUtf8String()).isEqualTo("r/07");
      assertThat(one.qos()).isEqualTo(1);
      assertThat(one.lastModifiedTime()).isPositive();
      assertThat(one.userProperties().asUtf8String()).isEqualTo("[{\"a\":\"b\"}]");
      List<String> topics =
          data.listRetainedMessagesPaginator(b -> b.maxResults(10)).stream()
              .flatMap(page -> page.retainedTopics().stream())
              .map(RetainedMessageSummary::topic)
              .toList();
      assertThat(topics).hasSize(25).startsWith("r/00").endsWith("r/24");
      data.publish(b -> b.topic("r/07").retain(true).payload(SdkBytes.fromByteArray(new byte[0])));
      assertThatThrownBy(() -> data.getRetainedMessage(b -> b.topic("r/07")))
          .isInstanceOf(ResourceNotFoundException.class);
    }
  }
}
