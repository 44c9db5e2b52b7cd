package io.thingstead.identity;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;

/**
 * A stored row: a certificate of ours with its key sealed under the master key.
 *
 * @param der the certificate
 * @param sealedKey the PKCS#8 key
 */
record SealedCertificate(byte[] der, byte[] sealedKey) {
  static SealedCertificate of(
      X509Certificate certificate, PrivateKey key, MasterKey master, String context) {
    try {
      return new SealedCertificate(
          certificate.getEncoded(), master.seal(key.getEncoded(), context));
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a certificate of ours has no encoding", e);
    }
  }

  X509Certificate certificate() {
    return parse(der);
  }

  PrivateKey key(MasterKey master, String context) {
    try {
      return KeyFactory.getInstance(certificate().getPublicKey().getAlgorithm())
          .generatePrivate(new PKCS8EncodedKeySpec(master.open(sealedKey, context)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the stored key of " + context + " cannot be read", e);
    }
  }

  /** A certificate that was parsed before it was stored. */
  static X509Certificate parse(byte[] der) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (CertificateException e) {
      throw new IllegalStateException("a stored certificate cannot be read", e);
    }
  }
}
