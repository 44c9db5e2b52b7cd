package io.thingstead.boot;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.json.JsonMapper;

/** An OpenID Connect provider on loopback, which signs whatever a test wants. */
final class TokenIssuer implements AutoCloseable {
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private final HttpServer server;
  private final KeyPair rsa;
  private final KeyPair ec;
  private final AtomicInteger asked = new AtomicInteger();

  TokenIssuer() throws IOException, GeneralSecurityException {
    KeyPairGenerator rsaKeys = KeyPairGenerator.getInstance("RSA");
    rsaKeys.initialize(2048);
    rsa = rsaKeys.generateKeyPair();
    KeyPairGenerator ecKeys = KeyPairGenerator.getInstance("EC");
    ecKeys.initialize(new ECGenParameterSpec("secp256r1"));
    ec = ecKeys.generateKeyPair();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    serve("/app/.well-known/openid-configuration", configuration());
    serve("/app/keys", keys());
    server.start();
  }

  private void serve(String path, Map<String, ?> document) {
    server.createContext(
        path,
        exchange -> {
          asked.incrementAndGet();
          byte[] body = json(document);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
  }

  private static byte[] json(Object value) {
    return JsonMapper.shared().writeValueAsString(value).getBytes(UTF_8);
  }

  String url() {
    return "http://" + name();
  }

  /** As policies write it. */
  String name() {
    return "127.0.0.1:" + server.getAddress().getPort() + "/app";
  }

  /** How many documents it was asked for. */
  int asked() {
    return asked.get();
  }

  private Map<String, ?> configuration() {
    return Map.of("issuer", url(), "jwks_uri", url() + "/keys");
  }

  private Map<String, ?> keys() {
    RSAPublicKey rsaKey = (RSAPublicKey) rsa.getPublic();
    ECPublicKey ecKey = (ECPublicKey) ec.getPublic();
    return Map.of(
        "keys",
        List.of(
            Map.of(
                "kty",
                "RSA",
                "kid",
                "r",
                "n",
                number(rsaKey.getModulus()),
                "e",
                number(rsaKey.getPublicExponent())),
            Map.of(
                "kty", "EC",
                "kid", "e",
                "crv", "P-256",
                "x", number(ecKey.getW().getAffineX()),
                "y", number(ecKey.getW().getAffineY())),
            Map.of("kty", "oct", "kid", "o", "k", "c2VjcmV0")));
  }

  private static String number(BigInteger value) {
    byte[] bytes = value.toByteArray();
    return BASE64.encodeToString(
        bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes);
  }

  /** The claims of a token that is good for five minutes. */
  Map<String, Object> claims(String subject) {
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("iss", url());
    claims.put("aud", "app-1");
    claims.put("sub", subject);
    claims.put("exp", Instant.now().plusSeconds(300).getEpochSecond());
    return claims;
  }

  String token(String subject) throws GeneralSecurityException {
    return signed("RS256", claims(subject));
  }

  /** A token with these claims; the algorithm is RS256 or ES256. */
  String signed(String algorithm, Map<String, ?> claims) throws GeneralSecurityException {
    boolean isRsa = algorithm.equals("RS256");
    String head = part(Map.of("alg", algorithm, "kid", isRsa ? "r" : "e")) + "." + part(claims);
    Signature signer =
        Signature.getInstance(isRsa ? "SHA256withRSA" : "SHA256withECDSAinP1363Format");
    signer.initSign(isRsa ? rsa.getPrivate() : ec.getPrivate());
    signer.update(head.getBytes(UTF_8));
    return head + "." + BASE64.encodeToString(signer.sign());
  }

  /** A token that says of itself to be signed so, with this for a signature. */
  static String forged(Map<String, ?> header, Map<String, ?> claims, byte[] signature) {
    return part(header) + "." + part(claims) + "." + BASE64.encodeToString(signature);
  }

  private static String part(Map<String, ?> value) {
    return BASE64.encodeToString(json(value));
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
