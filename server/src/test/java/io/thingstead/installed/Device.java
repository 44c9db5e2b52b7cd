package io.thingstead.installed;

import com.hivemq.client.mqtt.MqttClientSslConfig;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.function.Consumer;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/** A certificate and key that the server handed out, and MQTT clients that use them. */
final class Device {
  private static final char[] PASSWORD = "none".toCharArray();

  private final SSLContext tls;
  private final KeyManagerFactory managers;
  private final TrustManagerFactory trust;
  private final int port;

  Device(Installed server, String certificatePem, String keyPem) {
    this.port = server.device;
    try {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(null, null);
      keys.setKeyEntry(
          "device",
          privateKey(keyPem),
          PASSWORD,
          new Certificate[] {
            CertificateFactory.getInstance("X.509")
                .generateCertificate(
                    new ByteArrayInputStream(certificatePem.getBytes(StandardCharsets.US_ASCII)))
          });
      managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      managers.init(keys, PASSWORD);
      trust = trust(server.data().resolve("ca.pem"));
      tls = SSLContext.getInstance("TLS");
      tls.init(managers.getKeyManagers(), trust.getTrustManagers(), null);
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static PrivateKey privateKey(String pem) throws IOException {
    try (PEMParser parser = new PEMParser(new StringReader(pem))) {
      PEMKeyPair pair = (PEMKeyPair) parser.readObject();
      return new JcaPEMKeyConverter().getKeyPair(pair).getPrivate();
    }
  }

  /** Trusts the server's own CA and nothing else. */
  static TrustManagerFactory trust(Path ca) throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    try (var in = Files.newInputStream(ca)) {
      store.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory;
  }

  int port() {
    return port;
  }

  String url() {
    return "ssl://localhost:" + port;
  }

  MqttConnectOptions pahoOptions() {
    MqttConnectOptions options = new MqttConnectOptions();
    options.setSocketFactory(tls.getSocketFactory());
    return options;
  }

  MqttClientSslConfig hiveTls() {
    return MqttClientSslConfig.builder()
        .keyManagerFactory(managers)
        .trustManagerFactory(trust)
        .build();
  }

  /** A connected Paho client. */
  MqttClient connect(String clientId, boolean clean) throws MqttException {
    return connectListening(clientId, clean, _ -> {});
  }

  /** The same, handing each message's text to a listener from the first on. */
  MqttClient connectListening(String clientId, boolean clean, Consumer<String> listener)
      throws MqttException {
    MqttClient client = new MqttClient(url(), clientId, new MemoryPersistence());
    client.setCallback(
        new MqttCallback() {
          @Override
          public void connectionLost(Throwable cause) {}

          @Override
          public void messageArrived(String topic, MqttMessage message) {
            listener.accept(new String(message.getPayload(), StandardCharsets.UTF_8));
          }

          @Override
          public void deliveryComplete(IMqttDeliveryToken token) {}
        });
    MqttConnectOptions options = pahoOptions();
    options.setCleanSession(clean);
    options.setMaxInflight(50);
    client.setTimeToWait(20_000);
    client.connect(options);
    return client;
  }

  /** Leaves a persistent session behind that is subscribed and offline. */
  void leaveSession(String clientId, String filter) throws MqttException {
    MqttClient client = connect(clientId, false);
    client.subscribe(filter, 1);
    client.disconnect();
    client.close();
  }
}
