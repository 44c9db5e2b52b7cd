package io.thingstead.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.thingstead.api.ApiRequest;
import io.thingstead.api.Percent;
import io.thingstead.identity.Credential;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Verifies AWS Signature Version 4 (AWS General Reference: "Signing AWS API requests"). Any thread
 * may use it.
 */
public final class SigV4 {
  private static final Duration SKEW_MAX = Duration.ofMinutes(15);
  private static final String UNSIGNED = "UNSIGNED-PAYLOAD";
  private static final String MISMATCH =
      "The request signature we calculated does not match the signature you provided. Check your"
          + " access key's secret and the signing method: host, path, query, signed headers and"
          + " payload must reach the server as they were signed.";

  private final KeyRing keys;
  private final InstantSource clock;

  public SigV4(KeyRing keys, InstantSource clock) {
    this.keys = keys;
    this.clock = clock;
  }

  /**
   * Who signed a request.
   *
   * @param signingName the service in the credential scope
   */
  public record Signed(Credential credential, String signingName, String region) {}

  /**
   * Verifies a request's signature.
   *
   * @return null when it carries none
   * @throws ApiException with the name that the cloud's services give what is wrong
   */
  public @Nullable Signed verify(ApiRequest request) {
    Signature signature = Signature.of(request);
    if (signature == null) {
      return null;
    }
    checkTime(signature);
    if (!signature.signedHeaders().contains("host")) {
      throw Signature.invalid("'Host' must be a 'SignedHeader' in the AWS Authorization");
    }
    Credential credential = keys.find(signature.accessKeyId(), signature.sessionToken());
    if (credential == null) {
      throw new ApiException(
          AwsError.UNRECOGNIZED_CLIENT, "The security token included in the request is invalid.");
    }
    String payload = payloadHash(request);
    byte[] key = signingKey(credential.secretAccessKey(), signature.scope());
    byte[] given = signature.signature().getBytes(UTF_8);
    for (String query : canonicalQueries(request, signature)) {
      for (String path : canonicalPaths(request.path())) {
        String canonical = canonical(request, signature, path, query, payload);
        byte[] expected = sign(key, signature, canonical).getBytes(UTF_8);
        if (MessageDigest.isEqual(expected, given)) {
          return new Signed(credential, signature.service(), signature.region());
        }
      }
    }
    throw Signature.invalid(MISMATCH);
  }

  private void checkTime(Signature signature) {
    Instant now = clock.instant();
    Instant time = signature.time();
    if (time.isAfter(now.plus(SKEW_MAX))) {
      throw Signature.invalid(
          "Signature not yet current: " + time + " is still later than " + now + " + 15 min.");
    }
    Duration valid = signature.validFor() == null ? SKEW_MAX : signature.validFor();
    if (time.plus(valid).isBefore(now)) {
      throw Signature.invalid(
          "Signature expired: " + time + " is now earlier than " + now + " - " + valid + ".");
    }
  }

  private static String payloadHash(ApiRequest request) {
    String actual = hex(sha256(request.body()));
    String claimed = request.headers().first("x-amz-content-sha256");
    if (claimed == null || claimed.equals(actual)) {
      return actual;
    }
    if (claimed.equals(UNSIGNED)) {
      return UNSIGNED;
    }
    if (claimed.startsWith("STREAMING-")) {
      throw new ApiException(
          AwsError.INVALID_REQUEST,
          "payloads signed in chunks ("
              + (claimed.length() > 60 ? "STREAMING" : claimed)
              + ") are not supported; sign the payload as a whole");
    }
    throw Signature.invalid(
        "The provided 'x-amz-content-sha256' header does not match what was computed.");
  }

  // SDKs sign the path they send encoded once more; some tools sign it as sent; some remove dot
  // segments first.
  private static Set<String> canonicalPaths(String path) {
    Set<String> paths = new LinkedHashSet<>();
    paths.add(encodeSegments(path));
    paths.add(path);
    paths.add(encodeSegments(normalized(path)));
    return paths;
  }

  private static String encodeSegments(String path) {
    List<String> parts = new ArrayList<>();
    for (String part : path.split("/", -1)) {
      parts.add(Percent.encode(part));
    }
    return String.join("/", parts);
  }

  // RFC 3986 section 5.2.4, and empty segments go too.
  private static String normalized(String path) {
    List<String> kept = new ArrayList<>();
    for (String part : path.split("/", -1)) {
      if (part.equals("..")) {
        if (!kept.isEmpty()) {
          kept.removeLast();
        }
      } else if (!part.isEmpty() && !part.equals(".")) {
        kept.add(part);
      }
    }
    boolean slash = path.endsWith("/") && !kept.isEmpty();
    return "/" + String.join("/", kept) + (slash ? "/" : "");
  }

  // The WebSocket signers of the device SDKs append the session token after signing.
  private static Set<String> canonicalQueries(ApiRequest request, Signature signature) {
    Set<String> queries = new LinkedHashSet<>();
    queries.add(canonicalQuery(request.query(), Set.of("X-Amz-Signature")));
    if (signature.query() && signature.sessionToken() != null) {
      queries.add(
          canonicalQuery(request.query(), Set.of("X-Amz-Signature", "X-Amz-Security-Token")));
    }
    return queries;
  }

  private static String canonicalQuery(String query, Set<String> unsigned) {
    List<String[]> pairs = new ArrayList<>();
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      if (!pair.isEmpty() && !unsigned.contains(name)) {
        String value = equals < 0 ? "" : pair.substring(equals + 1);
        pairs.add(new String[] {encodedOnce(name), encodedOnce(value)});
      }
    }
    pairs.sort((a, b) -> Arrays.compare(a, b));
    return String.join("&", pairs.stream().map(p -> p[0] + "=" + p[1]).toList());
  }

  private static String encodedOnce(String raw) {
    String text = Percent.decode(raw);
    return Percent.encode(text == null ? raw : text);
  }

  private static String canonical(
      ApiRequest request, Signature signature, String path, String query, String payload) {
    StringBuilder out = new StringBuilder(512);
    out.append(request.method()).append('\n').append(path).append('\n').append(query).append('\n');
    for (String name : signature.signedHeaders()) {
      List<String> values = request.headers().all(name);
      String value = String.join(",", values.stream().map(SigV4::trimmed).toList());
      out.append(name).append(':').append(value).append('\n');
    }
    out.append('\n').append(String.join(";", signature.signedHeaders())).append('\n');
    return out.append(payload).toString();
  }

  private static String trimmed(String value) {
    return value.strip().replaceAll(" {2,}", " ");
  }

  private static byte[] signingKey(String secret, String scope) {
    byte[] key = ("AWS4" + secret).getBytes(UTF_8);
    for (String part : scope.split("/", -1)) {
      key = hmac(key, part);
    }
    return key;
  }

  private static String sign(byte[] key, Signature signature, String canonical) {
    String toSign =
        String.join(
            "\n",
            Signature.ALGORITHM,
            signature.timestamp(),
            signature.scope(),
            hex(sha256(canonical.getBytes(UTF_8))));
    return hex(hmac(key, toSign));
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(text.getBytes(UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes).toLowerCase(Locale.ROOT);
  }
}
