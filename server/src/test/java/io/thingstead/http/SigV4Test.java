package io.thingstead.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.thingstead.api.ApiRequest;
import io.thingstead.api.Headers;
import io.thingstead.api.Percent;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our verifier against the signer of the AWS SDK. */
class SigV4Test {
  private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final byte[] BODY = "{\"a\":1}".getBytes(StandardCharsets.UTF_8);

  private final SigV4 verifier = new SigV4(ApiHouse::key, InstantSource.fixed(NOW));

  private static Signer signer() {
    return Signer.of("iot").at(CLOCK);
  }

  private static ApiRequest signed(Signer signer) {
    return signer.sign("POST", "localhost:8443", "/things/a", Map.of("x", List.of("1")), BODY);
  }

  private SigV4.Signed verified(ApiRequest request) {
    return Objects.requireNonNull(verifier.verify(request));
  }

  private AwsError refused(ApiRequest request) {
    return Objects.requireNonNull(
            catchThrowableOfType(ApiException.class, () -> verifier.verify(request)))
        .error();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatTheSdkSignsIsVerifiedAndNothingElse(boolean query) {
    Random random = new Random(7);
    for (int round = 0; round < 150; round++) {
      String path = "/" + Percent.encode(text(random)) + "/" + Percent.encode(text(random));
      Map<String, List<String>> parameters = new TreeMap<>();
      for (int i = random.nextInt(4); i > 0; i--) {
        parameters.put("p" + text(random), List.of(text(random), text(random)));
      }
      byte[] body = text(random).getBytes(StandardCharsets.UTF_8);
      Signer signer = query ? signer().inQuery() : signer();
      ApiRequest request =
          signer.sign(
              query ? "GET" : "POST",
              "localhost:8443",
              path,
              parameters,
              query ? new byte[0] : body);
      SigV4.Signed signed = verified(request);
      assertThat(signed.credential().accessKeyId()).isEqualTo(Signer.KEY);
      assertThat(signed.signingName()).isEqualTo("iot");
      ApiRequest elsewhere =
          new ApiRequest(
              request.method(), path + "x", request.query(), request.headers(), request.body());
      assertThat(refused(elsewhere)).isEqualTo(AwsError.INVALID_SIGNATURE);
      ApiRequest more =
          new ApiRequest(
              request.method(), path, request.query() + "&q=1", request.headers(), request.body());
      assertThat(refused(more)).isEqualTo(AwsError.INVALID_SIGNATURE);
      ApiRequest otherMethod =
          new ApiRequest("PUT", path, request.query(), request.headers(), request.body());
      assertThat(refused(otherMethod)).isEqualTo(AwsError.INVALID_SIGNATURE);
    }
  }

  private static String text(Random random) {
    String letters = "abAB09-._~ /+*%&=?$@:,;!'()[]{}\u00e9\u20ac";
    StringBuilder out = new StringBuilder("s");
    for (int i = random.nextInt(8); i > 0; i--) {
      out.append(letters.charAt(random.nextInt(letters.length())));
    }
    return out.toString();
  }

  @Test
  void unsignedRequestHasNoSigner() {
    ApiRequest request = new ApiRequest("GET", "/", "", new Headers(), new byte[0]);
    assertThat(verifier.verify(request)).isNull();
  }

  @Test
  void anotherBodyIsRefused() {
    ApiRequest request = signed(signer());
    ApiRequest other =
        new ApiRequest(
            request.method(), request.path(), request.query(), request.headers(), new byte[] {1});
    assertThat(refused(other)).isEqualTo(AwsError.INVALID_SIGNATURE);
  }

  @Test
  void anotherSignedHeaderIsRefused() {
    ApiRequest request = signed(signer());
    assertThat(refused(replaced(request, "Host", "elsewhere:8443")))
        .isEqualTo(AwsError.INVALID_SIGNATURE);
  }

  @ParameterizedTest
  @ValueSource(longs = {-16, 16})
  void skewOfMoreThanAQuarterOfAnHourIsRefused(long minutes) {
    Clock skewed = Clock.offset(CLOCK, Duration.ofMinutes(minutes));
    assertThat(refused(signed(signer().at(skewed)))).isEqualTo(AwsError.INVALID_SIGNATURE);
  }

  @ParameterizedTest
  @ValueSource(longs = {-14, 14})
  void smallerSkewIsNot(long minutes) {
    Clock skewed = Clock.offset(CLOCK, Duration.ofMinutes(minutes));
    verified(signed(signer().at(skewed)));
  }

  @Test
  void querySignatureEndsWhenItSays() {
    Clock sixMinutesAgo = Clock.offset(CLOCK, Duration.ofMinutes(-6));
    ApiRequest request =
        signer()
            .at(sixMinutesAgo)
            .inQuery()
            .sign("GET", "localhost", "/mqtt", Map.of(), new byte[0]);
    assertThat(refused(request)).isEqualTo(AwsError.INVALID_SIGNATURE);
  }

  @Test
  void sessionTokenIsCheckedWithTheKey() {
    verified(signed(signer().withToken("the-token")));
    assertThat(refused(signed(signer().withToken("another"))))
        .isEqualTo(AwsError.UNRECOGNIZED_CLIENT);
  }

  /** The device SDKs sign a WebSocket's query first and append the token after that. */
  @Test
  void sessionTokenMayFollowASignedQuery() {
    ApiRequest request =
        signer().inQuery().sign("GET", "localhost", "/mqtt", Map.of(), new byte[0]);
    ApiRequest appended =
        new ApiRequest(
            request.method(),
            request.path(),
            request.query() + "&X-Amz-Security-Token=the-token",
            request.headers(),
            request.body());
    verified(appended);
  }

  @Test
  void unsignedPayloadIsAcceptedAndChunkedOnesAreRefusedByName() {
    ApiRequest request = signed(signer());
    assertThat(
            refused(
                replaced(request, "x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")))
        .isEqualTo(AwsError.INVALID_REQUEST);
    // The hash is part of what is signed, so claiming another one does not pass.
    assertThat(refused(replaced(request, "x-amz-content-sha256", "UNSIGNED-PAYLOAD")))
        .isEqualTo(AwsError.INVALID_SIGNATURE);
  }

  @Test
  void payloadThatTheSdkLeavesUnsignedMayBeAny() {
    ApiRequest request = signed(signer().withoutPayload());
    assertThat(request.headers().first("x-amz-content-sha256")).isEqualTo("UNSIGNED-PAYLOAD");
    verified(request);
    verified(
        new ApiRequest(
            request.method(), request.path(), request.query(), request.headers(), new byte[] {1}));
  }

  @Test
  void queryThatSaysNoTimeIsGoodForAQuarterOfAnHour() {
    for (int minutes : new int[] {-14, -16}) {
      Clock then = Clock.offset(CLOCK, Duration.ofMinutes(minutes));
      ApiRequest withTime =
          signer().at(then).inQuery().sign("GET", "localhost", "/mqtt", Map.of(), new byte[0]);
      // Whoever removes it must sign anew, so what is asked of this one is its time, not its name.
      ApiRequest without =
          new ApiRequest(
              "GET",
              "/mqtt",
              withTime.query().replaceAll("&?X-Amz-Expires=[0-9]+", ""),
              withTime.headers(),
              new byte[0]);
      ApiException refusal =
          Objects.requireNonNull(
              catchThrowableOfType(ApiException.class, () -> verifier.verify(without)));
      assertThat(refusal.text()).contains(minutes == -14 ? "does not match" : "Signature expired");
    }
  }

  @Test
  void unknownKeyIsNotRecognized() {
    ApiRequest request = signed(signer());
    String authorization =
        Objects.requireNonNull(request.headers().first("Authorization"))
            .replace(Signer.KEY, "AKIAUNKNOWNUNKNOWN00");
    assertThat(refused(replaced(request, "Authorization", authorization)))
        .isEqualTo(AwsError.UNRECOGNIZED_CLIENT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=a",
        "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=c",
        "AWS4-ECDSA-P256-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=host, Signature=c",
        "Basic YTpi",
        "AWS key:signature",
        ""
      })
  void whatIsNoSignatureIsIncomplete(String authorization) {
    assertThat(refused(replaced(signed(signer()), "Authorization", authorization)))
        .isEqualTo(AwsError.INCOMPLETE_SIGNATURE);
  }

  @Test
  void dateOfTheScopeMustBeTheDateOfTheRequest() {
    ApiRequest request = signed(signer());
    String authorization =
        Objects.requireNonNull(request.headers().first("Authorization"))
            .replace("/20260131/", "/20260130/");
    assertThat(refused(replaced(request, "Authorization", authorization)))
        .isEqualTo(AwsError.INVALID_SIGNATURE);
  }

  private static ApiRequest replaced(ApiRequest request, String header, String value) {
    Headers headers = new Headers();
    request
        .headers()
        .asMap()
        .forEach(
            (name, values) -> {
              if (!name.equalsIgnoreCase(header)) {
                values.forEach(v -> headers.add(name, v));
              }
            });
    headers.add(header, value);
    return new ApiRequest(
        request.method(), request.path(), request.query(), headers, request.body());
  }
}
