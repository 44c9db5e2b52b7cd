package io.thingstead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thingstead.api.ApiRequest;
import io.thingstead.api.Headers;
import io.thingstead.http.SigV4;
import io.thingstead.identity.Credential;
import io.thingstead.identity.CredentialsFile;
import io.thingstead.identity.Principal;
import io.thingstead.model.AccountId;
import io.thingstead.model.ApiException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RequestSignerTest {
  private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
  private static final Credential CREDENTIAL =
      new Credential(
          new Principal.AccessKey("AKIA", "arn:aws:iam::000000000000:user/administrator", true),
          new AccountId("000000000000"),
          "secret");
  private final SigV4 verifier = new SigV4((_, _) -> CREDENTIAL, () -> NOW);
  private final RequestSigner signer =
      new RequestSigner(new CredentialsFile.Entry("AKIA", "secret", null), "us-east-1", "iot");

  private ApiRequest signed(String method, URI uri, byte[] body) {
    Map<String, String> headers = new HashMap<>(signer.sign(method, uri, body, NOW).headers());
    headers.put("host", uri.getAuthority());
    String query = uri.getRawQuery() == null ? "" : uri.getRawQuery();
    return new ApiRequest(method, uri.getRawPath(), query, headers(headers), body);
  }

  private static Headers headers(Map<String, String> values) {
    Headers headers = new Headers();
    values.forEach(headers::add);
    return headers;
  }

  @Test
  void theServersVerifierAcceptsWhatWeSign() {
    URI get =
        URI.create(
            "https://localhost:8443/_thingstead/why?action=publish&client=a%20b&topic=x%2F%23");
    URI post = URI.create("https://iot.example/_thingstead/accounts");

    assertThat(verifier.verify(signed("GET", get, new byte[0]))).isNotNull();
    assertThat(verifier.verify(signed("POST", post, "{}".getBytes(StandardCharsets.UTF_8))))
        .isNotNull();
  }

  @Test
  void anotherBodyIsRefused() {
    URI post = URI.create("https://iot.example/_thingstead/accounts");
    ApiRequest signed = signed("POST", post, new byte[] {1});
    ApiRequest changed =
        new ApiRequest("POST", signed.path(), "", signed.headers(), new byte[] {2});

    assertThatThrownBy(() -> verifier.verify(changed)).isInstanceOf(ApiException.class);
  }
}
