package io.thingstead.identity;

import io.thingstead.account.Account;
import io.thingstead.engine.Tx;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Registers certificates inside the commands of whoever needs more to happen with them at once.
 * What signs or checks must not run inside a command: it takes time.
 */
public final class Registrar {
  private static final int GENERATION_BYTES = 32;

  private final Account account;
  private final DeviceCa ca;
  private final KeyPairs keys;
  private final CaCertificates cas;
  private final InstantSource clock;
  private final SecureRandom random;
  private final Announcing announcing;

  /** Has a change told when it is durable. */
  @FunctionalInterface
  interface Announcing {
    void announce(Tx tx, String id, boolean active);
  }

  Registrar(
      Account account,
      DeviceCa ca,
      KeyPairs keys,
      CaCertificates cas,
      InstantSource clock,
      SecureRandom random,
      Announcing announcing) {
    this.account = account;
    this.ca = ca;
    this.keys = keys;
    this.cas = cas;
    this.clock = clock;
    this.random = random;
    this.announcing = announcing;
  }

  /**
   * A certificate with its keys, not registered yet. Nothing else keeps the private key.
   *
   * @param publicKeyPem SubjectPublicKeyInfo form
   * @param privateKeyPem PKCS#1 form
   */
  public record Keys(NewCertificate certificate, String publicKeyPem, String privateKeyPem) {
    @Override
    public String toString() {
      return "Keys[" + certificate.id() + "]";
    }
  }

  /** Makes keys and a certificate for them. */
  public Keys keys() {
    KeyPair pair = keys.rsa();
    return keys(pair, ca.issue(pair.getPublic()));
  }

  /** The same with a certificate that ends early. */
  public Keys keys(Instant notAfter) {
    KeyPair pair = keys.rsa();
    return keys(pair, ca.issue(pair.getPublic(), notAfter));
  }

  private static Keys keys(KeyPair pair, X509Certificate certificate) {
    return new Keys(
        new NewCertificate(certificate, CertificateMode.DEFAULT, null),
        Pem.publicKey(pair.getPublic()),
        Pem.rsaPrivateKey(pair.getPrivate()));
  }

  /**
   * Signs a request.
   *
   * @throws ApiException InvalidRequest when it is none
   */
  public NewCertificate sign(String requestPem) {
    SigningRequest request = ClientCertificates.parseRequest(requestPem);
    return new NewCertificate(
        ca.issue(request.subject(), request.key()), CertificateMode.DEFAULT, null);
  }

  /** Refuses with InvalidRequest what is no signing request. */
  public void check(String requestPem) {
    var _ = ClientCertificates.parseRequest(requestPem);
  }

  /**
   * A certificate that somebody else made of a request.
   *
   * @throws ApiException CertificateValidation when it is none, or for another key
   */
  public NewCertificate signedElsewhere(String requestPem, String certificatePem) {
    SigningRequest request = ClientCertificates.parseRequest(requestPem);
    X509Certificate certificate = ClientCertificates.parse(certificatePem, clock.instant());
    if (!certificate.getPublicKey().equals(request.key())) {
      throw new ApiException(
          AwsError.CERTIFICATE_VALIDATION, "the certificate is not for the key of the request");
    }
    return new NewCertificate(certificate, CertificateMode.DEFAULT, null);
  }

  /**
   * A certificate that an active CA of the account vouches for.
   *
   * @param caPem which CA, or null when there is only one
   * @throws ApiException CertificateValidation, CertificateState, CertificateConflict
   */
  public NewCertificate vouched(String pem, @Nullable String caPem) {
    X509Certificate certificate = ClientCertificates.parse(pem, clock.instant());
    CaCertificates.Issuer issuer = cas.vouching(certificate, caPem);
    return new NewCertificate(certificate, issuer.row().mode(), issuer.id());
  }

  /** Registers one; ResourceAlreadyExists when it is there. */
  public IssuedCertificate insert(Tx tx, NewCertificate made, CertificateStatus status) {
    String id = made.id();
    if (CertificateTable.get(tx, id) != null) {
      throw new ApiException(
          AwsError.RESOURCE_ALREADY_EXISTS,
          "the certificate is already registered as " + id,
          Map.of("resourceId", id, "resourceArn", arn(id)));
    }
    CertificateRow row = row(tx, made, status);
    CertificateTable.insert(tx, id, row);
    announcing.announce(tx, id, status == CertificateStatus.ACTIVE);
    return new IssuedCertificate(arn(id), id, Pem.certificate(row.der()));
  }

  /** The same, in no listing: for one that lives for minutes. */
  public IssuedCertificate insertUnlisted(Tx tx, NewCertificate made, CertificateStatus status) {
    String id = made.id();
    CertificateRow row = row(tx, made, status);
    CertificateTable.put(tx, id, row);
    announcing.announce(tx, id, status == CertificateStatus.ACTIVE);
    return new IssuedCertificate(arn(id), id, Pem.certificate(row.der()));
  }

  private CertificateRow row(Tx tx, NewCertificate made, CertificateStatus status) {
    byte[] generation = new byte[GENERATION_BYTES];
    random.nextBytes(generation);
    X509Certificate certificate = made.certificate();
    long now = tx.now().toEpochMilli();
    return new CertificateRow(
        ClientCertificates.der(certificate),
        status,
        made.mode(),
        now,
        now,
        1,
        HexFormat.of().formatHex(generation),
        certificate.getNotBefore().toInstant().toEpochMilli(),
        certificate.getNotAfter().toInstant().toEpochMilli(),
        made.caId(),
        null,
        null);
  }

  /** The status of one, or null when it is not registered. */
  public @Nullable CertificateStatus status(Tx tx, String id) {
    CertificateRow row = CertificateTable.get(tx, id);
    return row == null ? null : row.status();
  }

  /** Its PEM form; it must be registered. */
  public String pem(Tx tx, String id) {
    return Pem.certificate(require(tx, id).der());
  }

  /** Gives it another status. */
  public void update(Tx tx, String id, CertificateStatus status) {
    CertificateRow row = require(tx, id);
    if (row.status() != status) {
      CertificateTable.put(tx, id, row.with(status, tx.now().toEpochMilli()));
      announcing.announce(tx, id, status == CertificateStatus.ACTIVE);
    }
  }

  /** Forgets one, whatever its status; what is attached to it has been detached. */
  public void delete(Tx tx, String id) {
    CertificateTable.delete(tx, id, require(tx, id));
    announcing.announce(tx, id, false);
  }

  /** The certificate's ARN. */
  public String arn(String id) {
    return account.arn("cert/" + id);
  }

  private static CertificateRow require(Tx tx, String id) {
    CertificateRow row = CertificateTable.get(tx, id);
    if (row == null) {
      throw new ApiException(
          AwsError.RESOURCE_NOT_FOUND, "there is no certificate " + id + " in this account");
    }
    return row;
  }
}
