package io.thingstead.net;

import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.thingstead.identity.ServerIdentity;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** A certificate authority made for a test. */
public final class TestAuthority {
  private static final char[] NO_PASSWORD = new char[0];
  private static final Duration DAY = Duration.ofDays(1);

  /** A certificate and its key, or another. */
  public record Identity(X509Certificate certificate, PrivateKey key) {
    ServerIdentity asServer() {
      return new ServerIdentity(key, List.of(certificate));
    }
  }

  private final KeyPair key = newKey();
  private final X509Certificate root;
  private int serial = 1;

  public TestAuthority() {
    root = sign("CN=Test root", key, null);
  }

  public X509Certificate root() {
    return root;
  }

  /** A client's certificate. */
  public Identity client(String name) {
    KeyPair own = newKey();
    return new Identity(sign("CN=" + name, own, null), own.getPrivate());
  }

  /** A server's certificate for host names. */
  public Identity server(String... hosts) {
    Instant now = Instant.now();
    return server(now.minus(DAY), now.plus(DAY), KeyPurposeId.id_kp_serverAuth, hosts);
  }

  /** The same with other dates, or for another purpose. */
  public Identity server(
      Instant notBefore, Instant notAfter, KeyPurposeId purpose, String... hosts) {
    KeyPair own = newKey();
    return new Identity(
        sign("CN=server", own, hosts, purpose, notBefore, notAfter), own.getPrivate());
  }

  private X509Certificate sign(String name, KeyPair subject, String @Nullable [] hosts) {
    Instant now = Instant.now();
    return sign(name, subject, hosts, null, now.minus(DAY), now.plus(DAY));
  }

  private X509Certificate sign(
      String name,
      KeyPair subject,
      String @Nullable [] hosts,
      @Nullable KeyPurposeId purpose,
      Instant notBefore,
      Instant notAfter) {
    try {
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              new X500Name("CN=Test root"),
              BigInteger.valueOf(serial++),
              Date.from(notBefore),
              Date.from(notAfter),
              new X500Name(name),
              subject.getPublic());
      builder.addExtension(
          Extension.basicConstraints, true, new BasicConstraints(subject.equals(key)));
      if (purpose != null) {
        builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
      }
      if (hosts != null) {
        GeneralName[] names = new GeneralName[hosts.length];
        for (int i = 0; i < hosts.length; i++) {
          names[i] = new GeneralName(GeneralName.dNSName, hosts[i]);
        }
        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate())));
    } catch (OperatorCreationException | CertIOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The list of what it has revoked, DER. */
  public byte[] revocationList(X509Certificate... revoked) {
    try {
      Date now = Date.from(Instant.now());
      X509v2CRLBuilder builder = new X509v2CRLBuilder(new X500Name("CN=Test root"), now);
      builder.setNextUpdate(Date.from(Instant.now().plus(DAY)));
      for (X509Certificate each : revoked) {
        builder.addCRLEntry(each.getSerialNumber(), now, CRLReason.keyCompromise);
      }
      return builder
          .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate()))
          .getEncoded();
    } catch (OperatorCreationException | java.io.IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyPair newKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What a peer needs to trust this authority and to show a certificate, or none. */
  public SSLContext clientContext(@Nullable Identity identity) throws GeneralSecurityException {
    try {
      KeyStore trusted = emptyStore();
      trusted.setCertificateEntry("root", root);
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          identity == null ? new KeyManager[0] : keys(identity), trust.getTrustManagers(), null);
      return context;
    } catch (java.io.IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What a peer needs that does not care to whom it speaks. */
  public SSLContext trustingAnybody() throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
    return context;
  }

  private static KeyManager[] keys(Identity identity)
      throws GeneralSecurityException, java.io.IOException {
    KeyStore own = emptyStore();
    own.setKeyEntry(
        "own", identity.key(), NO_PASSWORD, new X509Certificate[] {identity.certificate()});
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(own, NO_PASSWORD);
    return keys.getKeyManagers();
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, java.io.IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, NO_PASSWORD);
    return store;
  }
}
