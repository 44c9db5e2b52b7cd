// Sends a reading every five seconds and prints the commands it gets. Needs Java 17 or later and one library:
//   mvn dependency:copy -Dartifact=org.eclipse.paho:org.eclipse.paho.mqttv5.client:1.2.5 -DoutputDirectory=.
//   java -cp org.eclipse.paho.mqttv5.client-1.2.5.jar Device.java
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.concurrent.ThreadLocalRandom;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

public class Device implements MqttCallback {
  static final String HOST = "@HOST@";
  static final int PORT = @PORT@;
  static final String THING = "@THING@";
  static final String DATA = "devices/" + THING + "/data";
  static final String COMMANDS = "devices/" + THING + "/commands";
  static final long EVERY_MILLIS = 5_000;
  static final long WAIT_MAX_MILLIS = 60_000;
  static final long SESSION_SECONDS = 3_600; // commands wait for the device so long
  static final int NOT_AUTHORIZED = 0x87;

  public static void main(String[] arguments) throws Exception {
    MqttClient client = new MqttClient("ssl://" + HOST + ":" + PORT, THING, new MemoryPersistence());
    client.setCallback(new Device());
    client.setTimeToWait(30_000);
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setSocketFactory(context().getSocketFactory());
    options.setCleanStart(false);
    options.setSessionExpiryInterval(SESSION_SECONDS);
    options.setKeepAliveInterval(30);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> leave(client)));
    long wait = 1_000;
    while (true) {
      try {
        client.connect(options);
        System.out.println("connected");
        wait = 1_000;
        client.subscribe(COMMANDS, 1);
        while (true) {
          double temperature = Math.round(ThreadLocalRandom.current().nextDouble(200, 250)) / 10.0;
          String reading = "{\"temperature\": " + temperature + "}";
          client.publish(DATA, reading.getBytes(StandardCharsets.UTF_8), 1, false);
          Thread.sleep(EVERY_MILLIS);
        }
      } catch (MqttException e) {
        System.err.println(reasonOf(e));
      }
      // Longer and longer, and never at the same time as all the other devices.
      Thread.sleep(ThreadLocalRandom.current().nextLong(wait / 2, wait * 3 / 2));
      wait = Math.min(wait * 2, WAIT_MAX_MILLIS);
    }
  }

  private static void leave(MqttClient client) {
    try {
      client.disconnect();
    } catch (MqttException e) {
      // It was not connected.
    }
  }

  @Override
  public void messageArrived(String topic, MqttMessage message) {
    System.out.println("command: " + new String(message.getPayload(), StandardCharsets.UTF_8));
  }

  /** What is wrong, and what to do about it. */
  private static String reasonOf(MqttException error) {
    if (error.getReasonCode() == NOT_AUTHORIZED) {
      return "the server refuses this device: its certificate must be active and its policy must allow the client id "
          + THING + "; on the server, ./thingstead refusals says more";
    }
    for (Throwable cause = error.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateExpiredException || cause instanceof CertificateNotYetValidException) {
        return "the server's certificate is not valid at this time: set this device's clock";
      }
      if (String.valueOf(cause.getMessage()).startsWith("No ")) { // … subject alternative names, … name matching
        return "the server's certificate does not name " + HOST + ": start the server with --host " + HOST;
      }
      if (String.valueOf(cause.getMessage()).contains("PKIX path")) {
        return "the server's certificate is not from ca.pem: another server, or one that was set up anew";
      }
    }
    if (error.getCause() instanceof SSLException) {
      return "TLS failed: " + error.getCause().getMessage();
    }
    return error.getCause() == null
        ? "the connection is lost: " + error.getMessage()
        : "nothing answers at " + HOST + ":" + PORT + " (" + error.getCause().getMessage()
            + "): is the server running, does a firewall let you through?";
  }

  /** The device's own key and certificate, and whom it trusts. */
  private static SSLContext context() throws Exception {
    CertificateFactory certificates = CertificateFactory.getInstance("X.509");
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    try (InputStream in = Files.newInputStream(Path.of("device.crt"))) {
      Certificate[] chain = certificates.generateCertificates(in).toArray(Certificate[]::new);
      byte[] key = Base64.getMimeDecoder().decode(Files.readString(Path.of("device.key")).replaceAll("-----.*-----", ""));
      own.setKeyEntry("device", KeyFactory.getInstance(chain[0].getPublicKey().getAlgorithm())
          .generatePrivate(new PKCS8EncodedKeySpec(key)), new char[0], chain);
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(own, new char[0]);
    KeyStore trusted = null; // the system's own
    if (Files.exists(Path.of("ca.pem"))) {
      trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      try (InputStream in = Files.newInputStream(Path.of("ca.pem"))) {
        trusted.setCertificateEntry("ca", certificates.generateCertificate(in));
      }
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  @Override
  public void disconnected(MqttDisconnectResponse response) {}

  @Override
  public void mqttErrorOccurred(MqttException error) {}

  @Override
  public void deliveryComplete(IMqttToken token) {}

  @Override
  public void connectComplete(boolean again, String server) {}

  @Override
  public void authPacketArrived(int reason, MqttProperties properties) {}
}
