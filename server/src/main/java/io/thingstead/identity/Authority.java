package io.thingstead.identity;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.IPAddress;

/** A certificate authority in memory: its key and what it signs. Any thread may use it. */
final class Authority {
  private static final int SERIAL_BITS = 159; // at most 20 octets and positive [RFC 5280 4.1.2.2]
  private static final int COMMON_NAME_MAX = 64; // [RFC 5280 appendix A.1]

  private final PrivateKey key;
  private final X509Certificate certificate;
  private final SecureRandom random;

  Authority(PrivateKey key, X509Certificate certificate, SecureRandom random) {
    this.key = key;
    this.certificate = certificate;
    this.random = random;
  }

  /** A new self-signed CA that may sign leaves only. */
  static Authority create(
      KeyPair keys, X500Name name, Instant notBefore, Instant notAfter, SecureRandom random) {
    X509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            name,
            serial(random),
            Date.from(notBefore),
            Date.from(notAfter),
            name,
            keys.getPublic());
    try {
      builder
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
          .addExtension(
              Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
          .addExtension(
              Extension.subjectKeyIdentifier,
              false,
              new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keys.getPublic()));
    } catch (GeneralSecurityException | CertIOException e) {
      throw new IllegalStateException("cannot make a CA certificate", e);
    }
    return new Authority(keys.getPrivate(), sign(builder, keys.getPrivate()), random);
  }

  static X500Name commonName(String name) {
    return new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, name).build();
  }

  X509Certificate certificate() {
    return certificate;
  }

  PrivateKey key() {
    return key;
  }

  /** A certificate with which a device proves itself to a server. */
  X509Certificate device(X500Name subject, PublicKey key, Instant notBefore, Instant notAfter) {
    return leaf(subject, key, notBefore, notAfter, KeyPurposeId.id_kp_clientAuth, List.of());
  }

  /**
   * A certificate with which a server proves itself.
   *
   * @param names host names and IP addresses, at least one
   */
  X509Certificate server(List<String> names, PublicKey key, Instant notBefore, Instant notAfter) {
    String first = names.getFirst();
    X500Name subject = commonName(first.length() <= COMMON_NAME_MAX ? first : "thingstead");
    return leaf(subject, key, notBefore, notAfter, KeyPurposeId.id_kp_serverAuth, names);
  }

  private X509Certificate leaf(
      X500Name subject,
      PublicKey leafKey,
      Instant notBefore,
      Instant notAfter,
      KeyPurposeId purpose,
      List<String> names) {
    X509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            issuer(), serial(random), Date.from(notBefore), Date.from(notAfter), subject, leafKey);
    try {
      JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
      builder
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
          .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
          .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose))
          .addExtension(
              Extension.subjectKeyIdentifier, false, ids.createSubjectKeyIdentifier(leafKey))
          .addExtension(
              Extension.authorityKeyIdentifier,
              false,
              ids.createAuthorityKeyIdentifier(certificate.getPublicKey()));
      if (!names.isEmpty()) {
        builder.addExtension(Extension.subjectAlternativeName, false, alternatives(names));
      }
    } catch (GeneralSecurityException | CertIOException e) {
      throw new IllegalStateException("cannot make a certificate for " + subject, e);
    }
    return sign(builder, key);
  }

  private X500Name issuer() {
    return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
  }

  private static GeneralNames alternatives(List<String> names) {
    return new GeneralNames(
        names.stream()
            .map(
                name ->
                    new GeneralName(
                        IPAddress.isValid(name) ? GeneralName.iPAddress : GeneralName.dNSName,
                        name))
            .toArray(GeneralName[]::new));
  }

  private static BigInteger serial(SecureRandom random) {
    // Never zero: the lowest bit is set.
    return new BigInteger(SERIAL_BITS, random).setBit(0);
  }

  private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key) {
    String algorithm = key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(new JcaContentSignerBuilder(algorithm).build(key)));
    } catch (OperatorCreationException | GeneralSecurityException e) {
      throw new IllegalStateException("cannot sign with the CA's key", e);
    }
  }
}
