package io.thingstead.boot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.crt.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.crt.auth.credentials.StaticCredentialsProvider.StaticCredentialsProviderBuilder;
import software.amazon.awssdk.crt.mqtt.MqttClientConnection;
import software.amazon.awssdk.crt.mqtt.MqttMessage;
import software.amazon.awssdk.crt.mqtt.QualityOfService;
import software.amazon.awssdk.crt.mqtt5.Mqtt5Client;
import software.amazon.awssdk.crt.mqtt5.Mqtt5ClientOptions.LifecycleEvents;
import software.amazon.awssdk.crt.mqtt5.OnAttemptingConnectReturn;
import software.amazon.awssdk.crt.mqtt5.OnConnectionFailureReturn;
import software.amazon.awssdk.crt.mqtt5.OnConnectionSuccessReturn;
import software.amazon.awssdk.crt.mqtt5.OnDisconnectionReturn;
import software.amazon.awssdk.crt.mqtt5.OnStoppedReturn;
import software.amazon.awssdk.crt.mqtt5.QOS;
import software.amazon.awssdk.crt.mqtt5.packets.PubAckPacket;
import software.amazon.awssdk.crt.mqtt5.packets.PublishPacket.PublishPacketBuilder;
import software.amazon.awssdk.crt.mqtt5.packets.SubAckPacket;
import software.amazon.awssdk.crt.mqtt5.packets.SubscribePacket.SubscribePacketBuilder;
import software.amazon.awssdk.iot.AwsIotMqtt5ClientBuilder;
import software.amazon.awssdk.iot.AwsIotMqtt5ClientBuilder.WebsocketSigv4Config;
import software.amazon.awssdk.iot.AwsIotMqttConnectionBuilder;
import software.amazon.awssdk.services.iot.IotClient;

/** The AWS IoT device SDK for Java, with a certificate by ALPN and over a signed WebSocket. */
@EnabledOnOs(
    value = OS.LINUX,
    architectures = {"amd64", "x86_64"})
class JavaDeviceSdkTest {
  @TempDir private static Path directory = Path.of("");
  private static RunningNode server;
  private static RunningNode.Device device;

  private final BlockingQueue<String> got = new LinkedBlockingQueue<>();

  @BeforeAll
  static void start() throws Exception {
    server = new RunningNode(directory);
    device = server.device("any");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static StaticCredentialsProvider credentials() throws Exception {
    List<String> key = server.accessKey();
    return new StaticCredentialsProviderBuilder()
        .withAccessKeyId(key.getFirst().getBytes(UTF_8))
        .withSecretAccessKey(key.getLast().getBytes(UTF_8))
        .build();
  }

  private String heard() throws InterruptedException {
    return Objects.requireNonNull(got.poll(10, SECONDS), "no message came");
  }

  private static AwsIotMqttConnectionBuilder builder(boolean signed) throws Exception {
    return signed
        ? AwsIotMqttConnectionBuilder.newDefaultBuilder()
            .withWebsockets(true)
            .withWebsocketSigningRegion("us-east-1")
            .withWebsocketCredentialsProvider(credentials())
        : AwsIotMqttConnectionBuilder.newMtlsBuilderFromPath(
            device.certificate().toString(), device.key().toString());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mqtt311(boolean signed) throws Exception {
    try (AwsIotMqttConnectionBuilder builder = builder(signed);
        MqttClientConnection connection =
            builder
                .withCertificateAuthorityFromPath(null, server.ca().toString())
                .withEndpoint("localhost")
                .withPort(server.port())
                .withClientId("java")
                .withCleanSession(true)
                .build()) {
      connection.connect().get(10, SECONDS);
      connection
          .subscribe(
              "java/t",
              QualityOfService.AT_LEAST_ONCE,
              message -> got.add(new String(message.getPayload(), UTF_8)))
          .get(10, SECONDS);
      connection
          .publish(
              new MqttMessage("java/t", "hello".getBytes(UTF_8), QualityOfService.AT_LEAST_ONCE))
          .get(10, SECONDS);
      assertThat(heard()).isEqualTo("hello");
      connection.disconnect().get(10, SECONDS);
    }
  }

  private static AwsIotMqtt5ClientBuilder builder5(boolean signed) throws Exception {
    if (!signed) {
      return AwsIotMqtt5ClientBuilder.newDirectMqttBuilderWithMtlsFromPath(
          "localhost", device.certificate().toString(), device.key().toString());
    }
    WebsocketSigv4Config config = new WebsocketSigv4Config();
    config.region = "us-east-1";
    config.credentialsProvider = credentials();
    return AwsIotMqtt5ClientBuilder.newWebsocketMqttBuilderWithSigv4Auth("localhost", config);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mqtt5(boolean signed) throws Exception {
    Life life = new Life();
    try (AwsIotMqtt5ClientBuilder builder = builder5(signed);
        Mqtt5Client client =
            builder
                .withCertificateAuthorityFromPath(null, server.ca().toString())
                .withPort((long) server.port())
                .withClientId("java5")
                .withLifeCycleEvents(life)
                .withPublishEvents(
                    (_, message) ->
                        got.add(new String(message.getPublishPacket().getPayload(), UTF_8)))
                .build()) {
      client.start();
      life.connected.get(10, SECONDS);
      client
          .subscribe(
              new SubscribePacketBuilder().withSubscription("java/5", QOS.AT_LEAST_ONCE).build())
          .get(10, SECONDS);
      client
          .publish(
              new PublishPacketBuilder("java/5", QOS.AT_LEAST_ONCE, "hello".getBytes(UTF_8))
                  .build())
          .get(10, SECONDS);
      assertThat(heard()).isEqualTo("hello");
      client.stop();
      life.stopped.get(10, SECONDS);
    }
  }

  @Test
  void mqtt5IsToldWhatItsPolicyDenies() throws Exception {
    RunningNode.Device limited = server.device("limited");
    try (IotClient iot = server.iot()) {
      iot.createPolicyVersion(
          b ->
              b.policyName("limited")
                  .policyDocument(
                      """
                      {"Version":"2012-10-17","Statement":[
                       {"Effect":"Allow","Action":"iot:Connect","Resource":"*"},
                       {"Effect":"Allow","Action":["iot:Publish","iot:Subscribe"],"Resource":
                        ["arn:aws:iot:*:*:topic/ok","arn:aws:iot:*:*:topicfilter/ok"]}]}\
                      """)
                  .setAsDefault(true));
    }
    Life life = new Life();
    try (AwsIotMqtt5ClientBuilder builder =
            AwsIotMqtt5ClientBuilder.newDirectMqttBuilderWithMtlsFromPath(
                "localhost", limited.certificate().toString(), limited.key().toString());
        Mqtt5Client client =
            builder
                .withCertificateAuthorityFromPath(null, server.ca().toString())
                .withPort((long) server.port())
                .withClientId("limited")
                .withLifeCycleEvents(life)
                .build()) {
      client.start();
      life.connected.get(10, SECONDS);
      assertThat(publish(client, "ok")).isEqualTo(PubAckPacket.PubAckReasonCode.SUCCESS);
      assertThat(publish(client, "no")).isEqualTo(PubAckPacket.PubAckReasonCode.NOT_AUTHORIZED);
      SubAckPacket answer =
          client
              .subscribe(
                  new SubscribePacketBuilder()
                      .withSubscription("ok", QOS.AT_LEAST_ONCE)
                      .withSubscription("no", QOS.AT_LEAST_ONCE)
                      .build())
              .get(10, SECONDS);
      assertThat(answer.getReasonCodes())
          .containsExactly(
              SubAckPacket.SubAckReasonCode.GRANTED_QOS_1,
              SubAckPacket.SubAckReasonCode.NOT_AUTHORIZED);
      client.stop();
      life.stopped.get(10, SECONDS);
    }
  }

  private static PubAckPacket.PubAckReasonCode publish(Mqtt5Client client, String topic)
      throws Exception {
    return client
        .publish(new PublishPacketBuilder(topic, QOS.AT_LEAST_ONCE, "x".getBytes(UTF_8)).build())
        .get(10, SECONDS)
        .getResultPubAck()
        .getReasonCode();
  }

  /** Waits for what happens to a client. */
  private static final class Life implements LifecycleEvents {
    private final CompletableFuture<String> connected = new CompletableFuture<>();
    private final CompletableFuture<String> stopped = new CompletableFuture<>();

    @Override
    public void onAttemptingConnect(Mqtt5Client client, OnAttemptingConnectReturn event) {}

    @Override
    public void onConnectionSuccess(Mqtt5Client client, OnConnectionSuccessReturn event) {
      connected.complete("");
    }

    @Override
    public void onConnectionFailure(Mqtt5Client client, OnConnectionFailureReturn event) {
      connected.completeExceptionally(new AssertionError("error " + event.getErrorCode()));
    }

    @Override
    public void onDisconnection(Mqtt5Client client, OnDisconnectionReturn event) {}

    @Override
    public void onStopped(Mqtt5Client client, OnStoppedReturn event) {
      stopped.complete("");
    }
  }
}
