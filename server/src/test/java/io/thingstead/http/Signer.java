package io.thingstead.http;

import io.thingstead.account.Account;
import io.thingstead.api.ApiRequest;
import io.thingstead.api.Headers;
import io.thingstead.identity.Credential;
import io.thingstead.identity.Principal;
import io.thingstead.model.AccountId;
import io.thingstead.model.Profile;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

/** Signs requests with the signer of the AWS SDK, which is the other implementation. */
record Signer(
    String service,
    String region,
    Clock clock,
    @Nullable String sessionToken,
    boolean query,
    boolean payload) {
  static final String KEY = "AKIATESTTESTTESTTEST";
  static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
  static final Account ACCOUNT =
      new Account(new AccountId("000000000000"), "us-east-1", Profile.THINGSTEAD);
  static final Credential CREDENTIAL =
      new Credential(
          new Principal.AccessKey(KEY, "arn:aws:iam::000000000000:user/administrator", true),
          ACCOUNT.id(),
          SECRET);

  static Signer of(String service) {
    return new Signer(service, "us-east-1", Clock.systemUTC(), null, false, true);
  }

  Signer at(Clock other) {
    return new Signer(service, region, other, sessionToken, query, payload);
  }

  Signer inQuery() {
    return new Signer(service, region, clock, sessionToken, true, payload);
  }

  Signer in(String otherRegion) {
    return new Signer(service, otherRegion, clock, sessionToken, query, payload);
  }

  Signer withoutPayload() {
    return new Signer(service, region, clock, sessionToken, query, false);
  }

  Signer withToken(String token) {
    return new Signer(service, region, clock, token, query, payload);
  }

  /** A signed request for this host. The path is encoded already. */
  ApiRequest sign(
      String method, String host, String path, Map<String, List<String>> parameters, byte[] body) {
    SdkHttpRequest.Builder unsigned =
        SdkHttpRequest.builder()
            .uri(URI.create((payload ? "http://" : "https://") + host))
            .encodedPath(path)
            .method(SdkHttpMethod.fromValue(method));
    parameters.forEach(unsigned::putRawQueryParameter);
    AwsCredentialsIdentity identity =
        sessionToken == null
            ? AwsCredentialsIdentity.create(KEY, SECRET)
            : AwsSessionCredentialsIdentity.create(KEY, SECRET, sessionToken);
    var request =
        SignRequest.builder(identity)
            .request(unsigned.build())
            .payload(() -> new ByteArrayInputStream(body))
            .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, service)
            .putProperty(AwsV4HttpSigner.REGION_NAME, region)
            .putProperty(AwsV4FamilyHttpSigner.PAYLOAD_SIGNING_ENABLED, payload)
            .putProperty(HttpSigner.SIGNING_CLOCK, clock);
    if (query) {
      request.putProperty(
          AwsV4FamilyHttpSigner.AUTH_LOCATION, AwsV4FamilyHttpSigner.AuthLocation.QUERY_STRING);
      request.putProperty(AwsV4FamilyHttpSigner.EXPIRATION_DURATION, Duration.ofMinutes(5));
    }
    SdkHttpRequest signed = AwsV4HttpSigner.create().sign(request.build()).request();
    Headers headers = new Headers();
    signed.forEachHeader((name, values) -> values.forEach(value -> headers.add(name, value)));
    return new ApiRequest(method, path, signed.encodedQueryParameters().orElse(""), headers, body);
  }

  /** The request as it goes over the wire. */
  static String wire(ApiRequest request) {
    List<String> lines = new ArrayList<>();
    String query = request.query().isEmpty() ? "" : "?" + request.query();
    lines.add(request.method() + " " + request.path() + query + " HTTP/1.1");
    request
        .headers()
        .asMap()
        .forEach((name, values) -> values.forEach(value -> lines.add(name + ": " + value)));
    if (request.headers().first("Content-Length") == null) {
      lines.add("Content-Length: " + request.body().length);
    }
    String body = new String(request.body(), java.nio.charset.StandardCharsets.ISO_8859_1);
    return String.join("\r\n", lines) + "\r\n\r\n" + body;
  }
}
