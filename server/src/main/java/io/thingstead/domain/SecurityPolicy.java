package io.thingstead.domain;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which versions of TLS and which ciphers an endpoint offers (AWS IoT guide: "Transport security in
 * AWS IoT Core"). Of the ciphers that a policy names, those are offered that the TLS library has:
 * BoringSSL has none with CBC and SHA-384, and only RSA or ECDHE key exchange. TLS 1.0 and 1.1 are
 * never offered (RFC 8996), whatever the name says.
 */
public enum SecurityPolicy {
  TLS13_1_3_2022_10,
  /** What holds where nothing else is said. */
  TLS13_1_2_2022_10,
  /** The one for FIPS 140: no key exchange without forward secrecy. */
  TLS13_1_2_2022_01,
  TLS12_1_2_2022_10,
  TLS12_1_0_2016_01,
  TLS12_1_0_2015_01;

  /** For endpoints that say nothing. */
  public static final SecurityPolicy DEFAULT = TLS13_1_2_2022_10;

  /** The name in the API. */
  public String wireName() {
    return "IoTSecurityPolicy_" + name();
  }

  /** The policy of a name in the API, or null. */
  static @Nullable SecurityPolicy named(String wireName) {
    return Arrays.stream(values())
        .filter(each -> each.wireName().equals(wireName))
        .findAny()
        .orElse(null);
  }

  /** Versions of TLS as Java names them. */
  public List<String> versions() {
    return switch (this) {
      case TLS13_1_3_2022_10 -> List.of("TLSv1.3");
      case TLS13_1_2_2022_10, TLS13_1_2_2022_01 -> List.of("TLSv1.3", "TLSv1.2");
      case TLS12_1_2_2022_10, TLS12_1_0_2016_01, TLS12_1_0_2015_01 -> List.of("TLSv1.2");
    };
  }

  /** Cipher suites as IANA names them, the first choice first. */
  public List<String> ciphers() {
    return switch (this) {
      case TLS13_1_3_2022_10 -> Ciphers.OF_1_3;
      case TLS13_1_2_2022_10 -> Ciphers.ALL;
      case TLS13_1_2_2022_01 -> Ciphers.FORWARD_SECRET;
      case TLS12_1_2_2022_10, TLS12_1_0_2016_01, TLS12_1_0_2015_01 -> Ciphers.OF_1_2;
    };
  }

  private static final class Ciphers {
    static final List<String> OF_1_3 =
        List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");
    private static final List<String> ECDHE =
        List.of(
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
            "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
            "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
            "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA");
    private static final List<String> RSA =
        List.of(
            "TLS_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_RSA_WITH_AES_128_CBC_SHA256",
            "TLS_RSA_WITH_AES_128_CBC_SHA",
            "TLS_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_RSA_WITH_AES_256_CBC_SHA256",
            "TLS_RSA_WITH_AES_256_CBC_SHA");
    static final List<String> OF_1_2 = joined(ECDHE, RSA);
    static final List<String> FORWARD_SECRET = joined(OF_1_3, ECDHE);
    static final List<String> ALL = joined(OF_1_3, OF_1_2);

    private Ciphers() {}

    private static List<String> joined(List<String> first, List<String> second) {
      return Stream.concat(first.stream(), second.stream()).toList();
    }
  }
}
