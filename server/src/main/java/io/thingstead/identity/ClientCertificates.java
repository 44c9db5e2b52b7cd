package io.thingstead.identity;

import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.io.IOException;
import java.io.StringReader;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;

/**
 * Which client certificates and signing requests are accepted (AWS IoT guide: "X.509 client
 * certificates").
 */
final class ClientCertificates {
  private static final int RSA_BITS_MIN = 2048;
  private static final int RSA_BITS_MAX = 8192; // checking a longer one costs too much
  private static final int KEY_CERT_SIGN = 5; // of the key usage's bits [RFC 5280 4.2.1.3]
  private static final Pattern SIGNATURE =
      Pattern.compile("SHA(256|384|512)WITH(RSA|ECDSA|DSA)|RSASSA-PSS");

  private ClientCertificates() {}

  /** Lower-case hex SHA-256 of the DER form. */
  static String id(X509Certificate certificate) {
    return sha256(der(certificate));
  }

  /** In lower-case hex. */
  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  static byte[] der(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a parsed certificate has no encoding", e);
    }
  }

  /**
   * A certificate to be registered.
   *
   * @throws ApiException CertificateValidation when it is none, or weak, or has ended
   */
  static X509Certificate parse(String pem, Instant now) {
    return accepted(single(pem, "certificatePem"), now);
  }

  /**
   * A CA to be registered: as a client's certificate, and a CA by its basic constraints.
   *
   * @throws ApiException CertificateValidation when it is none
   */
  static X509Certificate parseCa(String pem, Instant now) {
    X509Certificate certificate = accepted(single(pem, "caCertificate"), now);
    if (certificate.getBasicConstraints() < 0) {
      throw invalid("the certificate is no CA: its basic constraints do not say so");
    }
    boolean[] usage = certificate.getKeyUsage();
    if (usage != null && !usage[KEY_CERT_SIGN]) {
      throw invalid("the CA's key usage does not allow it to sign certificates");
    }
    return certificate;
  }

  /** A certificate as it is shown in a handshake or given for registration, if it is accepted. */
  static X509Certificate accepted(X509Certificate certificate, Instant now) {
    String algorithm = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
    if (!SIGNATURE.matcher(algorithm).matches()) {
      throw invalid(
          "the certificate is signed with "
              + algorithm
              + "; use SHA256, SHA384 or SHA512 with"
              + " RSA, ECDSA or DSA");
    }
    String weakness = weakness(certificate.getPublicKey());
    if (!weakness.isEmpty()) {
      throw invalid("the certificate's " + weakness);
    }
    if (now.isAfter(certificate.getNotAfter().toInstant())) {
      throw invalid("the certificate ended " + certificate.getNotAfter().toInstant());
    }
    return certificate;
  }

  /**
   * The one certificate of a parameter.
   *
   * @throws ApiException CertificateValidation when there is none or more than one
   */
  static X509Certificate single(String pem, String parameter) {
    List<X509Certificate> found;
    try {
      found = Pem.certificates(pem);
    } catch (CertificateException e) {
      throw invalid(parameter + " is no X.509 certificate in PEM form");
    }
    if (found.size() != 1) {
      throw invalid(parameter + " holds " + found.size() + " certificates, not one");
    }
    return found.getFirst();
  }

  /**
   * A signing request whose signature proves possession of the key.
   *
   * @throws ApiException InvalidRequest when it is none, or not signed by its key, or weak
   */
  static SigningRequest parseRequest(String pem) {
    try (PEMParser parser = new PEMParser(new StringReader(pem))) {
      if (!(parser.readObject() instanceof PKCS10CertificationRequest request)) {
        throw invalidRequest("is no PKCS#10 request in PEM form");
      }
      if (!request.isSignatureValid(
          new JcaContentVerifierProviderBuilder().build(request.getSubjectPublicKeyInfo()))) {
        throw invalidRequest("is not signed with the key it names");
      }
      PublicKey key = new JcaPEMKeyConverter().getPublicKey(request.getSubjectPublicKeyInfo());
      String weakness = weakness(key);
      if (!weakness.isEmpty()) {
        throw invalidRequest("cannot be used: its " + weakness);
      }
      return new SigningRequest(request.getSubject(), key);
    } catch (IOException | OperatorCreationException | PKCSException e) {
      throw invalidRequest("cannot be read: its form, key or signature algorithm is not supported");
    } catch (IllegalArgumentException | IllegalStateException | ClassCastException e) {
      // BouncyCastle reads ASN.1 lazily and reports a broken part only when it is asked for.
      throw invalidRequest("is broken inside");
    }
  }

  /** Why a key is not accepted, as the end of a sentence; empty when it is. */
  private static String weakness(PublicKey key) {
    return switch (key) {
      case RSAPublicKey rsa -> {
        int bits = rsa.getModulus().bitLength();
        yield bits >= RSA_BITS_MIN && bits <= RSA_BITS_MAX
            ? ""
            : "RSA key has " + bits + " bits, not " + RSA_BITS_MIN + " to " + RSA_BITS_MAX;
      }
      case ECPublicKey ec -> {
        int bits = ec.getParams().getCurve().getField().getFieldSize();
        yield bits == 256 || bits == 384 || bits == 521
            ? ""
            : "EC key is not on NIST P-256, P-384 or P-521";
      }
      default -> key.getAlgorithm() + " key is neither RSA nor ECDSA";
    };
  }

  private static ApiException invalid(String why) {
    return new ApiException(AwsError.CERTIFICATE_VALIDATION, why);
  }

  private static ApiException invalidRequest(String why) {
    return new ApiException(AwsError.INVALID_REQUEST, "the certificate signing request " + why);
  }
}
