package io.thingstead.installed;

import io.thingstead.identity.CredentialsFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.util.Objects;
import java.util.Properties;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.CreateKeysAndCertificateResponse;
import software.amazon.awssdk.services.iotdataplane.IotDataPlaneClient;

/** The AWS SDK for Java as an administrator of a server; it tries nothing twice. */
final class Sdk {
  private Sdk() {}

  static IotClient iot(Installed server) {
    return iot(server, key(server));
  }

  /** The same for another account. */
  static IotClient iot(Installed server, String account) {
    CredentialsFile.Entry key =
        Objects.requireNonNull(CredentialsFile.read(server.data().resolve("credentials"), account));
    return iot(server, AwsBasicCredentials.create(key.accessKeyId(), key.secretAccessKey()));
  }

  private static IotClient iot(Installed server, AwsBasicCredentials key) {
    return IotClient.builder()
        .endpointOverride(endpoint(server))
        .region(Region.US_EAST_1)
        .credentialsProvider(StaticCredentialsProvider.create(key))
        .httpClient(http(server))
        .overrideConfiguration(c -> c.retryStrategy(r -> r.maxAttempts(1)))
        .build();
  }

  static IotDataPlaneClient data(Installed server) {
    return IotDataPlaneClient.builder()
        .endpointOverride(endpoint(server))
        .region(Region.US_EAST_1)
        .credentialsProvider(StaticCredentialsProvider.create(key(server)))
        .httpClient(http(server))
        .overrideConfiguration(c -> c.retryStrategy(r -> r.maxAttempts(1)))
        .build();
  }

  /** A device with a certificate of its own and this policy, which is called k. */
  static Device device(Installed server, String policy) {
    try (IotClient iot = iot(server)) {
      var made = issue(iot, policy);
      return new Device(server, made.certificatePem(), made.keyPair().privateKey());
    }
  }

  /** The same, as files NAME.crt and NAME.key in the server's directory. */
  static Device deviceWithFiles(Installed server, String name, String policy) throws IOException {
    try (IotClient iot = iot(server)) {
      var made = issue(iot, policy);
      writeFiles(server, name, made);
      return new Device(server, made.certificatePem(), made.keyPair().privateKey());
    }
  }

  static void writeFiles(Installed server, String name, CreateKeysAndCertificateResponse made)
      throws IOException {
    Files.writeString(server.dir.resolve(name + ".crt"), made.certificatePem());
    Files.writeString(server.dir.resolve(name + ".key"), made.keyPair().privateKey());
  }

  private static CreateKeysAndCertificateResponse issue(IotClient iot, String policy) {
    var made = iot.createKeysAndCertificate(r -> r.setAsActive(true));
    iot.createPolicy(r -> r.policyName("k").policyDocument(policy));
    iot.attachPolicy(r -> r.policyName("k").target(made.certificateArn()));
    return made;
  }

  /** Lets who comes without any proof do what this policy allows. */
  static void allowAnonymous(Installed server, String policy) {
    try (IotClient iot = iot(server)) {
      iot.createPolicy(r -> r.policyName("anonymous").policyDocument(policy));
      iot.attachPolicy(r -> r.policyName("anonymous").target("anonymous"));
    }
  }

  private static URI endpoint(Installed server) {
    return URI.create("https://localhost:" + server.admin);
  }

  private static SdkHttpClient http(Installed server) {
    try {
      var trust = Device.trust(server.data().resolve("ca.pem")).getTrustManagers();
      return UrlConnectionHttpClient.builder().tlsTrustManagersProvider(() -> trust).build();
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The first account's key, from the file that the server writes. */
  static AwsBasicCredentials key(Installed server) {
    Properties file = new Properties();
    try (var in = Files.newBufferedReader(server.data().resolve("credentials"))) {
      file.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return AwsBasicCredentials.create(
        file.getProperty("aws_access_key_id"), file.getProperty("aws_secret_access_key"));
  }
}
