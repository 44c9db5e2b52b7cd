package io.thingstead.identity;

import io.thingstead.row.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;

/**
 * What a listener proves itself with.
 *
 * @param key the private key of the first certificate
 * @param chain the server's certificate, then those that lead to its root
 */
public record ServerIdentity(PrivateKey key, List<X509Certificate> chain) {
  public ServerIdentity {
    chain = List.copyOf(chain);
  }

  /**
   * Reads a user's own.
   *
   * @param certificates the chain, the server's own certificate first
   * @param key its private key, not encrypted, in PKCS#8, PKCS#1 or SEC 1 form
   * @throws IOException when the texts hold no certificate, no key, or not its key
   */
  public static ServerIdentity fromPem(String certificates, String key)
      throws IOException, GeneralSecurityException {
    List<X509Certificate> chain = Pem.certificates(certificates);
    if (chain.isEmpty()) {
      throw new IOException("no certificate in PEM form");
    }
    PrivateKey privateKey = Pem.privateKey(key);
    if (!belongTogether(chain.getFirst(), privateKey)) {
      throw new IOException("the key is not the certificate's");
    }
    return new ServerIdentity(privateKey, chain);
  }

  private static boolean belongTogether(X509Certificate certificate, PrivateKey key)
      throws GeneralSecurityException {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> key.getAlgorithm();
        };
    if (!certificate.getPublicKey().getAlgorithm().equals(key.getAlgorithm())) {
      return false;
    }
    byte[] probe = "thingstead".getBytes(StandardCharsets.US_ASCII);
    Signature signer = Signature.getInstance(algorithm);
    signer.initSign(key);
    signer.update(probe);
    Signature verifier = Signature.getInstance(algorithm);
    verifier.initVerify(certificate.getPublicKey());
    verifier.update(probe);
    return verifier.verify(signer.sign());
  }

  /**
   * How it is stored.
   *
   * @param chain DER
   * @param sealedKey the PKCS#8 key under the master key
   */
  private record Sealed(List<byte[]> chain, byte[] sealedKey) {}

  /** For a row: the key is sealed, and opens only under the same context. */
  public byte[] seal(MasterKey master, String context) {
    List<byte[]> encoded = new ArrayList<>();
    try {
      for (X509Certificate each : chain) {
        encoded.add(each.getEncoded());
      }
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a certificate has no encoding", e);
    }
    return Json.encode(new Sealed(encoded, master.seal(key.getEncoded(), context)));
  }

  /** Opens what {@link #seal} has made. */
  public static ServerIdentity open(byte[] stored, MasterKey master, String context) {
    Sealed sealed = Json.decode(stored, Sealed.class);
    List<X509Certificate> chain = sealed.chain.stream().map(SealedCertificate::parse).toList();
    try {
      PrivateKey key =
          KeyFactory.getInstance(chain.getFirst().getPublicKey().getAlgorithm())
              .generatePrivate(new PKCS8EncodedKeySpec(master.open(sealed.sealedKey, context)));
      return new ServerIdentity(key, chain);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the stored key of " + context + " cannot be read", e);
    }
  }

  /** The certificates of what {@link #seal} has made, without their key. */
  public static List<X509Certificate> certificates(byte[] stored) {
    return Json.decode(stored, Sealed.class).chain.stream().map(SealedCertificate::parse).toList();
  }

  /** The server's certificate. */
  public X509Certificate leaf() {
    return chain.getFirst();
  }

  @Override
  public String toString() {
    return "ServerIdentity[" + leaf().getSubjectX500Principal() + "]";
  }
}
