package io.thingstead.identity;

/**
 * A certificate with its keys. The private key is nowhere else: it is handed out once and neither
 * stored nor logged.
 *
 * @param publicKeyPem SubjectPublicKeyInfo form
 * @param privateKeyPem PKCS#1 form
 */
public record IssuedKeys(IssuedCertificate certificate, String publicKeyPem, String privateKeyPem) {
  @Override
  public String toString() {
    return "IssuedKeys[" + certificate.certificateId() + "]";
  }
}
