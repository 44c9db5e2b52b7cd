package io.thingstead.cli;

import io.thingstead.identity.CredentialsFile;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs requests whose query is already sorted and encoded (AWS Signature Version 4). */
final class RequestSigner {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private final CredentialsFile.Entry key;
  private final String region;
  private final String service;

  RequestSigner(CredentialsFile.Entry key, String region, String service) {
    this.key = key;
    this.region = region;
    this.service = service;
  }

  /** Headers to send beside Host. */
  record Signed(Map<String, String> headers) {}

  Signed sign(String method, URI uri, byte[] body, Instant now) {
    String time = TIME.format(now);
    String scope = time.substring(0, 8) + "/" + region + "/" + service + "/aws4_request";
    String bodyHash = HexFormat.of().formatHex(sha256(body));
    TreeMap<String, String> headers = new TreeMap<>();
    headers.put("host", host(uri));
    headers.put("x-amz-content-sha256", bodyHash);
    headers.put("x-amz-date", time);
    if (key.sessionToken() != null) {
      headers.put("x-amz-security-token", key.sessionToken());
    }
    String names = String.join(";", headers.keySet());
    StringBuilder canonical = new StringBuilder(method).append('\n').append(uri.getRawPath());
    canonical.append('\n').append(uri.getRawQuery() == null ? "" : uri.getRawQuery()).append('\n');
    headers.forEach((name, value) -> canonical.append(name).append(':').append(value).append('\n'));
    canonical.append('\n').append(names).append('\n').append(bodyHash);
    String toSign =
        "AWS4-HMAC-SHA256\n"
            + time
            + "\n"
            + scope
            + "\n"
            + HexFormat.of()
                .formatHex(sha256(canonical.toString().getBytes(StandardCharsets.UTF_8)));
    headers.remove("host"); // the HTTP client sends it itself, in the same form
    headers.put(
        "authorization",
        "AWS4-HMAC-SHA256 Credential="
            + key.accessKeyId()
            + "/"
            + scope
            + ", SignedHeaders="
            + names
            + ", Signature="
            + HexFormat.of().formatHex(hmac(signingKey(scope), toSign)));
    return new Signed(headers);
  }

  private static String host(URI uri) {
    return uri.getPort() < 0 ? uri.getHost() : uri.getHost() + ":" + uri.getPort();
  }

  private byte[] signingKey(String scope) {
    byte[] derived = ("AWS4" + key.secretAccessKey()).getBytes(StandardCharsets.UTF_8);
    for (String part : scope.split("/", -1)) {
      derived = hmac(derived, part);
    }
    return derived;
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no HmacSHA256", e);
    }
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no SHA-256", e);
    }
  }
}
