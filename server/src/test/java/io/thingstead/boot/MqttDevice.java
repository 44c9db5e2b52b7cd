package io.thingstead.boot;

import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/** A device with a certificate, by HiveMQ's client: what it is answered, by name. */
final class MqttDevice implements AutoCloseable {
  static final String OK = "SUCCESS";
  static final String NOT_AUTHORIZED = "NOT_AUTHORIZED";

  private static final char[] PASSWORD = "none".toCharArray();
  private static final int SECONDS = 20;

  private final Mqtt5AsyncClient client;
  private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

  MqttDevice(RunningNode node, RunningNode.Device device, String clientId) {
    client =
        Mqtt5Client.builder()
            .identifier(clientId)
            .serverHost("localhost")
            .serverPort(node.devicePort())
            .sslConfig(tls(node, device))
            .buildAsync();
    client.publishes(
        MqttGlobalPublishFilter.ALL,
        publish ->
            received.add(
                publish.getTopic()
                    + " "
                    + new String(publish.getPayloadAsBytes(), StandardCharsets.UTF_8)));
  }

  private static MqttClientSslConfig tls(RunningNode node, RunningNode.Device device) {
    return MqttClientSslConfig.builder()
        .keyManagerFactory(keys(device))
        .trustManagerFactory(trust(node))
        .build();
  }

  /** For other clients of the same device. */
  static SSLContext context(RunningNode node, RunningNode.Device device) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys(device).getKeyManagers(), trust(node).getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyManagerFactory keys(RunningNode.Device device) {
    try {
      CertificateFactory certificates = CertificateFactory.getInstance("X.509");
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(null, null);
      try (PEMParser parser = new PEMParser(new StringReader(Files.readString(device.key())));
          var pem = Files.newInputStream(device.certificate())) {
        keys.setKeyEntry(
            "device",
            new JcaPEMKeyConverter().getKeyPair((PEMKeyPair) parser.readObject()).getPrivate(),
            PASSWORD,
            new Certificate[] {certificates.generateCertificate(pem)});
      }
      KeyManagerFactory managers =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      managers.init(keys, PASSWORD);
      return managers;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static TrustManagerFactory trust(RunningNode node) {
    try {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      try (var ca = Files.newInputStream(node.ca())) {
        trusted.setCertificateEntry(
            "ca", CertificateFactory.getInstance("X.509").generateCertificate(ca));
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      return trust;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static <T> T join(java.util.concurrent.CompletableFuture<T> answer) {
    return answer.orTimeout(SECONDS, TimeUnit.SECONDS).join();
  }

  private static <T extends Throwable> T cause(CompletionException e, Class<T> expected) {
    Throwable cause = e.getCause();
    if (!expected.isInstance(cause)) {
      throw new AssertionError("no answer", e);
    }
    return expected.cast(cause);
  }

  /** Connects cleanly, without a will; the name of CONNACK's reason code. */
  String connect() {
    try {
      return join(client.connect()).getReasonCode().name();
    } catch (CompletionException e) {
      return cause(e, Mqtt5ConnAckException.class).getMqttMessage().getReasonCode().name();
    }
  }

  /** Publishes at QoS 1 some payload; the name of PUBACK's reason code. */
  String publish(String topic, boolean retain) {
    return publish(topic, "x", retain);
  }

  /** The same with a payload; fails when it is refused. */
  void send(String topic, String payload) {
    String answer = publish(topic, payload, false);
    if (!answer.equals(OK)) {
      throw new AssertionError(topic + " was refused: " + answer);
    }
  }

  private String publish(String topic, String payload, boolean retain) {
    try {
      var result =
          join(
              client
                  .publishWith()
                  .topic(topic)
                  .qos(MqttQos.AT_LEAST_ONCE)
                  .retain(retain)
                  .payload(payload.getBytes(StandardCharsets.UTF_8))
                  .send());
      return result
          .getError()
          .map(e -> ((Mqtt5PubAckException) e).getMqttMessage().getReasonCode().name())
          .orElse(OK);
    } catch (CompletionException e) {
      return cause(e, Mqtt5PubAckException.class).getMqttMessage().getReasonCode().name();
    }
  }

  String publish(String topic) {
    return publish(topic, false);
  }

  /** Subscribes at QoS 1; SUCCESS, or the name of SUBACK's reason code. */
  String subscribe(String filter) {
    try {
      join(client.subscribeWith().topicFilter(filter).qos(MqttQos.AT_LEAST_ONCE).send());
      return OK;
    } catch (CompletionException e) {
      return cause(e, Mqtt5SubAckException.class)
          .getMqttMessage()
          .getReasonCodes()
          .getFirst()
          .name();
    }
  }

  /** The next message as {@code TOPIC PAYLOAD}; fails when none comes. */
  String next() throws InterruptedException {
    String message = received.poll(SECONDS, TimeUnit.SECONDS);
    if (message == null) {
      throw new AssertionError("no message came");
    }
    return message;
  }

  @Override
  public void close() {
    client.disconnect().orTimeout(SECONDS, TimeUnit.SECONDS).exceptionally(_ -> null).join();
  }
}
