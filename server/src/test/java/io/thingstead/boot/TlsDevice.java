package io.thingstead.boot;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/** Eclipse Paho with a client certificate, which waits for what it is sent. */
final class TlsDevice implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 15;

  private final MqttClient client;
  private final MqttConnectOptions options = new MqttConnectOptions();
  private final BlockingQueue<Got> got = new LinkedBlockingQueue<>();

  /** A message. */
  record Got(String topic, byte[] payload) {
    String text() {
      return new String(payload, UTF_8);
    }
  }

  TlsDevice(RunningNode node, String clientId, String certificatePem, String keyPem)
      throws GeneralSecurityException, IOException, MqttException {
    this(node, clientId, certificate(certificatePem), key(keyPem));
  }

  TlsDevice(RunningNode node, String clientId, Certificate certificate, PrivateKey key)
      throws GeneralSecurityException, IOException, MqttException {
    client = new MqttClient("ssl://localhost:" + node.port(), clientId, new MemoryPersistence());
    options.setSocketFactory(context(node, certificate, key).getSocketFactory());
    // Else it tries 3.1 after a refusal.
    options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
    options.setConnectionTimeout(PATIENCE_SECONDS);
    client.setTimeToWait(PATIENCE_SECONDS * 1000L);
  }

  private static SSLContext context(RunningNode node, Certificate certificate, PrivateKey key)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setKeyEntry("device", key, new char[0], new Certificate[] {certificate});
    store.setCertificateEntry("server", certificate(Files.readString(node.ca())));
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, new char[0]);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  static Certificate certificate(String pem) throws GeneralSecurityException {
    return CertificateFactory.getInstance("X.509")
        .generateCertificate(new ByteArrayInputStream(pem.getBytes(UTF_8)));
  }

  static PrivateKey key(String pem) throws IOException {
    try (PEMParser parser = new PEMParser(new StringReader(pem))) {
      return switch (parser.readObject()) {
        case PEMKeyPair pair -> new JcaPEMKeyConverter().getPrivateKey(pair.getPrivateKeyInfo());
        case PrivateKeyInfo info -> new JcaPEMKeyConverter().getPrivateKey(info);
        case null, default -> throw new IOException("no private key");
      };
    }
  }

  TlsDevice connect() throws MqttException {
    client.connect(options);
    return this;
  }

  /** Returns when the server has closed the connection. */
  void awaitLoss() throws InterruptedException {
    for (int i = 0; i < PATIENCE_SECONDS * 100 && client.isConnected(); i++) {
      // Not a sleep: a message ends the wait, and there must be none.
      if (got.poll(10, TimeUnit.MILLISECONDS) != null) {
        throw new AssertionError("a message came instead");
      }
    }
    if (client.isConnected()) {
      throw new AssertionError("the connection was not closed");
    }
  }

  /** Whether no message waits. */
  boolean hasNothing() {
    return got.isEmpty();
  }

  void subscribe(String filter) throws MqttException {
    client.subscribe(filter, 1, (topic, message) -> got.add(new Got(topic, message.getPayload())));
  }

  void publish(String topic, byte[] payload) throws MqttException {
    client.publish(topic, payload, 1, false);
  }

  /** The next message. */
  Got next() throws InterruptedException {
    return Objects.requireNonNull(got.poll(PATIENCE_SECONDS, TimeUnit.SECONDS), "nothing came");
  }

  /** What a request on a reserved topic is answered. */
  Got ask(String topic, byte[] payload) throws MqttException, InterruptedException {
    subscribe(topic + "/accepted");
    subscribe(topic + "/rejected");
    publish(topic, payload);
    return next();
  }

  Got ask(String topic, String payload) throws MqttException, InterruptedException {
    return ask(topic, payload.getBytes(UTF_8));
  }

  @Override
  public void close() throws MqttException {
    if (client.isConnected()) {
      try {
        client.disconnect(0);
      } catch (MqttException e) {
        // The server was quicker.
      }
    }
    client.close(true);
  }
}
