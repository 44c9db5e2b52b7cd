package io.thingstead.domain;

import io.thingstead.identity.ServerIdentity;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Limits;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which server certificates are taken (AWS IoT guide: "Server certificate configuration"). */
final class CertificateRules {
  private static final int CHAIN_MAX = 5;
  private static final int BYTES_MAX = 16 * 1024;
  private static final int RSA_BITS_MIN = 2048;
  private static final int EC_BITS_MIN = 256;
  private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

  private CertificateRules() {}

  /**
   * Refuses what no client would trust.
   *
   * @throws ApiException CERTIFICATE_VALIDATION
   */
  static void check(ServerIdentity identity, Limits.Domains limits, Instant now) {
    List<X509Certificate> chain = identity.chain();
    if (chain.size() > CHAIN_MAX) {
      throw refused("the chain has " + chain.size() + " certificates, more than " + CHAIN_MAX);
    }
    try {
      int bytes = 0;
      for (int i = 0; i < chain.size(); i++) {
        bytes += chain.get(i).getEncoded().length;
        if (i > 0) {
          requireSigned(chain.get(i - 1), chain.get(i), i);
        }
      }
      if (bytes > BYTES_MAX) {
        throw refused("the chain has " + bytes + " bytes, more than " + BYTES_MAX);
      }
      checkLeaf(identity.leaf(), limits);
    } catch (GeneralSecurityException e) {
      throw refused("the chain cannot be read: " + e.getMessage());
    }
    String why = invalid(identity.leaf(), now);
    if (why != null) {
      throw refused(why);
    }
  }

  private static void requireSigned(X509Certificate by, X509Certificate issuer, int place) {
    try {
      by.verify(issuer.getPublicKey());
    } catch (GeneralSecurityException e) {
      throw refused(
          "certificate "
              + (place + 1)
              + " of the chain has not signed the one before it: put the server's own first, then"
              + " its issuer, and so on");
    }
  }

  private static void checkLeaf(X509Certificate leaf, Limits.Domains limits)
      throws CertificateParsingException {
    List<String> uses = leaf.getExtendedKeyUsage();
    if (uses == null || !uses.contains(SERVER_AUTH)) {
      throw refused("its extended key usage does not name serverAuth");
    }
    if (leaf.getBasicConstraints() >= 0) {
      throw refused("it is that of a CA, not of a server");
    }
    boolean strong =
        switch (leaf.getPublicKey()) {
          case RSAPublicKey rsa -> rsa.getModulus().bitLength() >= RSA_BITS_MIN;
          case ECPublicKey ec -> ec.getParams().getOrder().bitLength() >= EC_BITS_MIN;
          default -> false;
        };
    if (!strong) {
      throw refused("its key must be RSA of 2048 bits or more, or ECDSA on P-256 or more");
    }
    String algorithm = leaf.getSigAlgName().toUpperCase(Locale.ROOT);
    if (algorithm.contains("SHA1") || algorithm.contains("MD5")) {
      throw refused("it is signed with " + leaf.getSigAlgName() + ", which clients do not trust");
    }
    Set<String> names = HostNames.of(leaf);
    if (names.isEmpty() || names.size() > limits.certificateNames()) {
      throw refused(
          "it is for "
              + names.size()
              + " host names; 1 to "
              + limits.certificateNames()
              + " are taken (domains.certificateNames)");
    }
  }

  /** Why a certificate is not good now, as a clause for people; null when it is. */
  static @Nullable String invalid(X509Certificate leaf, Instant now) {
    if (now.isAfter(leaf.getNotAfter().toInstant())) {
      return "it ended on " + leaf.getNotAfter().toInstant();
    }
    return now.isBefore(leaf.getNotBefore().toInstant())
        ? "it begins on " + leaf.getNotBefore().toInstant()
        : null;
  }

  static ApiException refused(String why) {
    return new ApiException(
        AwsError.CERTIFICATE_VALIDATION, "the server certificate is not taken: " + why);
  }
}
