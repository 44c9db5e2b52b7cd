package io.thingstead.domain;

import io.thingstead.function.FunctionCalls;
import io.thingstead.function.FunctionResult;
import io.thingstead.function.Invoker;
import io.thingstead.model.ApiException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Asks the function of a domain configuration about the certificate that a client shows (AWS IoT
 * guide: "Custom client certificate validation"). It waits: for virtual threads.
 */
public final class CertificateCallback {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Base64.Encoder BASE64 =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

  private final FunctionCalls functions;
  private final RandomGenerator random;

  CertificateCallback(FunctionCalls functions, RandomGenerator random) {
    this.functions = functions;
    this.random = random;
  }

  /**
   * Why the function does not let a client in, as a clause for people; null when it does.
   *
   * @param arn of the domain configuration, on whose behalf it is called
   * @param chain what the client has shown, its own certificate first
   */
  @Nullable String refusal(
      Domain domain, String arn, String certificateId, List<X509Certificate> chain) {
    String function = domain.certificateCallback();
    if (function == null) {
      return null;
    }
    String who = "function " + function + " of domain configuration " + domain.configuration();
    try {
      FunctionResult result =
          functions.invoke(
              function, event(domain, certificateId, chain), Invoker.iot(arn), PATIENCE);
      if (result.failed()) {
        return who + " failed: " + new String(result.payload(), StandardCharsets.UTF_8);
      }
      JsonNode answer = JSON.readTree(result.payload()).path("isAuthenticated");
      if (!answer.isBoolean()) {
        return who + " gave no valid answer: isAuthenticated is not true or false";
      }
      return answer.booleanValue() ? null : who + " does not let it in";
    } catch (ApiException e) {
      return who + " could not be asked: " + e.text();
    } catch (JacksonException e) {
      return who + " gave no valid answer: it is not JSON";
    }
  }

  private byte[] event(Domain domain, String certificateId, List<X509Certificate> chain) {
    ObjectNode event = JSON.createObjectNode();
    event
        .putObject("connectionMetadata")
        .put("id", new UUID(random.nextLong(), random.nextLong()).toString());
    event.put("principalId", certificateId).put("serverName", domain.hostName());
    ArrayNode shown = event.putArray("clientCertificateChain");
    try {
      for (X509Certificate each : chain) {
        shown.add(
            "-----BEGIN CERTIFICATE-----\n"
                + BASE64.encodeToString(each.getEncoded())
                + "\n-----END CERTIFICATE-----\n");
      }
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a certificate has no encoding", e);
    }
    return JSON.writeValueAsBytes(event);
  }
}
