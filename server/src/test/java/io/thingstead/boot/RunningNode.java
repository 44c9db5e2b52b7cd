package io.thingstead.boot;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.thingstead.config.Machine;
import io.thingstead.config.ServerAddresses;
import io.thingstead.config.Settings;
import io.thingstead.config.SettingsReader;
import io.thingstead.identity.CredentialsFile;
import io.thingstead.identity.Unlocking;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cognitoidentity.CognitoIdentityClient;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.CreateKeysAndCertificateResponse;
import software.amazon.awssdk.services.iotdataplane.IotDataPlaneClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.sts.StsClient;

/**
 * The whole server in this process, on loopback and free ports. It costs a tenth of a second in a
 * JVM that has had one before. Its SDK clients try nothing twice.
 */
public final class RunningNode implements AutoCloseable {
  static final String ANY_POLICY =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:*","Resource":"*"}]}\
      """;

  private final Path directory;
  private final Node node;
  private final int plainHttp;
  private final int plainMqtt;

  /**
   * Starts it.
   *
   * @param flags further settings, such as {@code allow-origin}, {@code https://a.example}
   */
  public RunningNode(Path directory, String... flags) throws IOException {
    this.directory = directory;
    plainHttp = FreePort.next();
    plainMqtt = FreePort.next();
    Map<String, List<String>> all = new HashMap<>();
    all.put("data", List.of(directory.resolve("data").toString()));
    all.put("listen", List.of("127.0.0.1:0=all", "127.0.0.1:0=device", "127.0.0.1:0=admin"));
    all.put("host", List.of("localhost", "127.0.0.1"));
    all.put("plain-http", List.of("127.0.0.1:" + plainHttp));
    all.put("plain-mqtt", List.of("127.0.0.1:" + plainMqtt));
    for (int i = 0; i < flags.length; i += 2) {
      all.put(flags[i], List.of(flags[i + 1].split(",")));
    }
    Settings settings = new SettingsReader(Machine.here(), Map.of()).read(all, null);
    Unlocking unlocking = Serving.unlocking(settings, Map.of(), _ -> null);
    node = Node.start(settings, file -> file.open(unlocking, new SecureRandom()), () -> {});
  }

  private int port(int index) {
    ServerAddresses addresses = node.addresses();
    String listener = addresses.listeners().get(index);
    return Integer.parseInt(
        listener.substring(listener.lastIndexOf(':') + 1, listener.indexOf('=')));
  }

  /** Has files of certificates read again now, and not in some seconds. */
  void check() {
    node.check();
  }

  /** The TLS port for everything. */
  public int port() {
    return port(0);
  }

  /** The TLS port for devices only. */
  public int devicePort() {
    return port(1);
  }

  /** The TLS port for administrators only. */
  public int adminPort() {
    return port(2);
  }

  public int plainHttp() {
    return plainHttp;
  }

  public int plainMqtt() {
    return plainMqtt;
  }

  /** The certificate that clients trust. */
  public Path ca() {
    return directory.resolve("data/ca.pem");
  }

  /** The administrator's access key: its id, then its secret. */
  public List<String> accessKey() throws IOException {
    Map<String, String> values = new HashMap<>();
    for (String line : Files.readAllLines(directory.resolve("data/credentials"))) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        values.putIfAbsent(line.substring(0, equals).strip(), line.substring(equals + 1).strip());
      }
    }
    return List.of(
        values.getOrDefault("aws_access_key_id", ""),
        values.getOrDefault("aws_secret_access_key", ""));
  }

  private AwsCredentialsProvider credentials() throws IOException {
    List<String> key = accessKey();
    return StaticCredentialsProvider.create(
        AwsBasicCredentials.create(key.getFirst(), key.getLast()));
  }

  /** The URL of a WebSocket, signed by the administrator for five minutes. */
  public String signedWebSocket(String scheme, String host) throws IOException {
    return signedWebSocket(scheme, host, administrator());
  }

  /** The same, signed by somebody else; a session's token is appended, as device SDKs do. */
  public String signedWebSocket(String scheme, String host, AwsCredentials caller) {
    String token =
        caller instanceof AwsSessionCredentials session
            ? "&X-Amz-Security-Token=" + URLEncoder.encode(session.sessionToken(), UTF_8)
            : "";
    SdkHttpRequest unsigned =
        SdkHttpRequest.builder()
            .uri(URI.create("https://" + host))
            .encodedPath("/mqtt")
            .method(SdkHttpMethod.GET)
            .build();
    SdkHttpRequest signed =
        AwsV4HttpSigner.create()
            .sign(
                request ->
                    request
                        .identity(
                            AwsCredentialsIdentity.create(
                                caller.accessKeyId(), caller.secretAccessKey()))
                        .request(unsigned)
                        .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, "iotdevicegateway")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, "us-east-1")
                        .putProperty(
                            AwsV4FamilyHttpSigner.AUTH_LOCATION,
                            AwsV4FamilyHttpSigner.AuthLocation.QUERY_STRING)
                        .putProperty(
                            AwsV4FamilyHttpSigner.EXPIRATION_DURATION, Duration.ofMinutes(5)))
            .request();
    return scheme + "://" + host + "/mqtt?" + signed.encodedQueryParameters().orElseThrow() + token;
  }

  /** The answer to a data-plane request that the administrator has signed. */
  HttpResponse<String> signed(
      String method, String pathAndQuery, Map<String, String> headers, String body)
      throws Exception {
    List<String> key = accessKey();
    SdkHttpRequest.Builder unsigned =
        SdkHttpRequest.builder()
            .uri(URI.create(api() + pathAndQuery))
            .method(SdkHttpMethod.fromValue(method));
    headers.forEach(unsigned::putHeader);
    byte[] bytes = body.getBytes(UTF_8);
    SdkHttpRequest signed =
        AwsV4HttpSigner.create()
            .sign(
                request ->
                    request
                        .identity(AwsCredentialsIdentity.create(key.getFirst(), key.getLast()))
                        .request(unsigned.build())
                        .payload(ContentStreamProvider.fromByteArray(bytes))
                        .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, "iotdevicegateway")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, "us-east-1"))
            .request();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(api() + pathAndQuery))
            .method(method, HttpRequest.BodyPublishers.ofByteArray(bytes));
    signed.forEachHeader(
        (name, values) -> {
          if (!name.equalsIgnoreCase("host")) {
            values.forEach(value -> request.header(name, value));
          }
        });
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
  }

  /** The API's address, without TLS. */
  URI api() {
    return URI.create("http://127.0.0.1:" + plainHttp);
  }

  public IotClient iot() throws IOException {
    return iot(new ExecutionInterceptor() {});
  }

  IotClient iot(ExecutionInterceptor interceptor) throws IOException {
    return IotClient.builder()
        .overrideConfiguration(
            c ->
                c.addExecutionInterceptor(interceptor).retryStrategy(AwsRetryStrategy.doNotRetry()))
        .endpointOverride(api())
        .region(Region.US_EAST_1)
        .credentialsProvider(credentials())
        .httpClient(new JdkHttp())
        .build();
  }

  /** The control plane as the administrator of another account. */
  IotClient iot(String account) {
    CredentialsFile.Entry key =
        Objects.requireNonNull(
            CredentialsFile.read(directory.resolve("data/credentials"), account));
    return IotClient.builder()
        .endpointOverride(api())
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create(key.accessKeyId(), key.secretAccessKey())))
        .httpClient(new JdkHttp())
        .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()))
        .build();
  }

  public IotDataPlaneClient data() throws IOException {
    return IotDataPlaneClient.builder()
        .endpointOverride(api())
        .region(Region.US_EAST_1)
        .credentialsProvider(credentials())
        .httpClient(new JdkHttp())
        .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()))
        .build();
  }

  public IamClient iam() throws IOException {
    return client(IamClient.builder().region(Region.AWS_GLOBAL), credentials()).build();
  }

  /** The ARN of a role that functions may have, and that may do everything. */
  public String functionRole() throws IOException {
    String trust =
        """
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
         "Principal":{"Service":"lambda.amazonaws.com"}}]}
        """;
    try (IamClient iam = iam()) {
      String arn =
          iam.createRole(r -> r.roleName("functions").assumeRolePolicyDocument(trust)).role().arn();
      iam.putRolePolicy(p -> p.roleName("functions").policyName("any").policyDocument(ANY_POLICY));
      return arn;
    }
  }

  /** Temporary keys, as this caller. */
  public StsClient sts(AwsCredentials caller) {
    return client(StsClient.builder().region(Region.US_EAST_1), provider(caller)).build();
  }

  /** The same, by whoever has these credentials, or none. */
  public StsClient sts(AwsCredentialsProvider caller) {
    return client(StsClient.builder().region(Region.US_EAST_1), caller).build();
  }

  /** Identity pools, by whoever has these credentials, or none. */
  public CognitoIdentityClient pools(AwsCredentialsProvider caller) {
    return client(CognitoIdentityClient.builder().region(Region.US_EAST_1), caller).build();
  }

  /** The control plane, as this caller. */
  public IotClient iot(AwsCredentials caller) {
    return client(IotClient.builder().region(Region.US_EAST_1), provider(caller)).build();
  }

  /** The data plane, as this caller. */
  public IotDataPlaneClient data(AwsCredentials caller) {
    return client(IotDataPlaneClient.builder().region(Region.US_EAST_1), provider(caller)).build();
  }

  /** Users and roles, as this caller. */
  public IamClient iam(AwsCredentials caller) {
    return client(IamClient.builder().region(Region.AWS_GLOBAL), provider(caller)).build();
  }

  /** The administrator's key. */
  public AwsCredentials administrator() throws IOException {
    List<String> key = accessKey();
    return AwsBasicCredentials.create(key.getFirst(), key.getLast());
  }

  /** Makes another account; its administrator's key. */
  public AwsCredentials account(String id) throws Exception {
    signed("POST", "/_thingstead/accounts", Map.of(), "{\"accountId\":\"" + id + "\"}");
    CredentialsFile.Entry key = CredentialsFile.read(directory.resolve("data/credentials"), id);
    return AwsBasicCredentials.create(
        Objects.requireNonNull(key).accessKeyId(), key.secretAccessKey());
  }

  private static AwsCredentialsProvider provider(AwsCredentials caller) {
    return StaticCredentialsProvider.create(caller);
  }

  private <B extends AwsSyncClientBuilder<B, C> & AwsClientBuilder<B, C>, C> B client(
      B builder, AwsCredentialsProvider caller) {
    return builder
        .endpointOverride(api())
        .credentialsProvider(caller)
        .httpClient(new JdkHttp())
        .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()));
  }

  public LambdaClient lambda() throws IOException {
    return LambdaClient.builder()
        .endpointOverride(api())
        .region(Region.US_EAST_1)
        .credentialsProvider(credentials())
        .httpClient(new JdkHttp())
        .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()))
        .build();
  }

  /** The same, as this caller. */
  public LambdaClient lambda(AwsCredentials caller) {
    return client(LambdaClient.builder().region(Region.US_EAST_1), provider(caller))
        .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()))
        .build();
  }

  /** A device's certificate and key in PEM files. */
  public record Device(String name, String certificateId, String arn, Path certificate, Path key) {}

  /** Makes an active certificate that a policy lets do everything. */
  public Device device(String name) throws IOException {
    try (IotClient iot = iot()) {
      CreateKeysAndCertificateResponse made =
          iot.createKeysAndCertificate(b -> b.setAsActive(true));
      iot.createPolicy(b -> b.policyName(name).policyDocument(ANY_POLICY));
      iot.attachPolicy(b -> b.policyName(name).target(made.certificateArn()));
      Path certificate = directory.resolve(name + ".pem");
      Path key = directory.resolve(name + ".key");
      Files.writeString(certificate, made.certificatePem(), US_ASCII);
      Files.writeString(key, made.keyPair().privateKey(), US_ASCII);
      return new Device(name, made.certificateId(), made.certificateArn(), certificate, key);
    }
  }

  @Override
  public void close() {
    node.close();
  }
}
