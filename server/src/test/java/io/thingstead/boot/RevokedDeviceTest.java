package io.thingstead.boot;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.thingstead.net.TestAuthority;
import io.thingstead.net.TestAuthority.Identity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.CertificateStatus;

/** A registered, active certificate that its CA has revoked, shown by curl. */
class RevokedDeviceTest {
  private final TestAuthority authority = new TestAuthority();
  @TempDir private Path directory = Path.of("");

  private static String pem(String kind, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(kind, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der), kind);
  }

  private void register(RunningNode server, String name, Identity identity) throws Exception {
    Certificate certificate = identity.certificate();
    String pem = pem("CERTIFICATE", certificate.getEncoded());
    Files.writeString(directory.resolve(name + ".pem"), pem, US_ASCII);
    Files.writeString(
        directory.resolve(name + ".key"),
        pem("PRIVATE KEY", identity.key().getEncoded()),
        US_ASCII);
    try (IotClient iot = server.iot()) {
      var made =
          iot.registerCertificateWithoutCA(
              b -> b.certificatePem(pem).status(CertificateStatus.ACTIVE));
      iot.createPolicy(b -> b.policyName(name).policyDocument(RunningNode.ANY_POLICY));
      iot.attachPolicy(b -> b.policyName(name).target(made.certificateArn()));
    }
  }

  private String publish(RunningNode server, String name) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "curl is not installed");
    Path output = directory.resolve("out");
    Process process =
        new ProcessBuilder(
                List.of(
                    "curl",
                    "-s",
                    "--cacert",
                    server.ca().toString(),
                    "--cert",
                    directory.resolve(name + ".pem").toString(),
                    "--key",
                    directory.resolve(name + ".key").toString(),
                    "-o",
                    "/dev/null",
                    "-w",
                    "%{http_code}",
                    "-d",
                    "1",
                    "https://localhost:" + server.devicePort() + "/topics/a"))
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return Files.readString(output);
  }

  @Test
  void isDroppedWhenAListComesToNameIt() throws Exception {
    Identity lost = authority.client("lost");
    Identity kept = authority.client("kept");
    Path list = directory.resolve("ca.crl");
    Files.write(list, authority.revocationList());
    try (RunningNode server = new RunningNode(directory, "revocation-list", list.toString())) {
      register(server, "lost", lost);
      register(server, "kept", kept);
      CountDownLatch dropped = new CountDownLatch(1);
      try (MqttClient one = connected(server, lost, "one");
          MqttClient two = connected(server, kept, "two")) {
        one.setCallback(
            new MqttCallback() {
              @Override
              public void connectionLost(Throwable cause) {
                dropped.countDown();
              }

              @Override
              public void messageArrived(String topic, MqttMessage message) {}

              @Override
              public void deliveryComplete(IMqttDeliveryToken token) {}
            });
        Files.write(list, authority.revocationList(lost.certificate()));

        server.check();

        assertThat(dropped.await(20, TimeUnit.SECONDS)).isTrue();
        two.publish("a", new byte[1], 1, false);
        two.disconnect();
      }
    }
  }

  private static MqttClient connected(RunningNode server, Identity identity, String id)
      throws Exception {
    MqttClient client =
        new MqttClient("ssl://localhost:" + server.port(), id, new MemoryPersistence());
    MqttConnectOptions options = new MqttConnectOptions();
    options.setSocketFactory(tls(server, identity));
    client.connect(options);
    return client;
  }

  private static SSLSocketFactory tls(RunningNode server, Identity identity) throws Exception {
    KeyStore trust = KeyStore.getInstance("PKCS12");
    trust.load(null, null);
    try (var in = Files.newInputStream(server.ca())) {
      trust.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    own.setKeyEntry("own", identity.key(), new char[0], new Certificate[] {identity.certificate()});
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(own, new char[0]);
    TrustManagerFactory trusted = TrustManagerFactory.getInstance("PKIX");
    trusted.init(trust);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trusted.getTrustManagers(), null);
    return context.getSocketFactory();
  }

  @Test
  void isRefusedAtTheHandshakeAndAnotherOneIsNot() throws Exception {
    Identity lost = authority.client("lost");
    Identity kept = authority.client("kept");
    Path list = directory.resolve("ca.crl");
    Files.write(list, authority.revocationList(lost.certificate()));
    try (RunningNode server = new RunningNode(directory, "revocation-list", list.toString())) {
      register(server, "lost", lost);
      register(server, "kept", kept);
      assertThat(publish(server, "kept")).isEqualTo("200");
      assertThat(publish(server, "lost")).isEqualTo("000");
    }
  }
}
