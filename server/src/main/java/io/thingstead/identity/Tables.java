package io.thingstead.identity;

import io.thingstead.engine.Family;
import io.thingstead.engine.Table;

/** The durable tables of identity; ids 10 to 29 are its range for ever. */
final class Tables {
  /** In the registry shard: (certificate id) → {@link CertificateRow}. */
  static final Table CERTIFICATE = new Table(10, "certificate", Family.STATE);

  /**
   * In the registry shard: (0, creation millis, id) and (1, reversed creation millis, id) →
   * nothing, so that both directions of a listing are one scan.
   */
  static final Table CERTIFICATE_BY_DATE = new Table(11, "certificate-by-date", Family.STATE);

  /** In the registry shard: one row, the account's own CA for devices. */
  static final Table DEVICE_CA = new Table(12, "device-ca", Family.STATE);

  /** In the registry shard: (CA id) → {@link CaCertificateRow}. */
  static final Table CA_CERTIFICATE = new Table(13, "ca-certificate", Family.STATE);

  /** In the registry shard: (hex hash of the subject, CA id) → nothing. */
  static final Table CA_BY_SUBJECT = new Table(14, "ca-by-subject", Family.STATE);

  /** In the registry shard: as {@link #CERTIFICATE_BY_DATE}. */
  static final Table CA_BY_DATE = new Table(15, "ca-by-date", Family.STATE);

  /** In the registry shard: (CA id, direction, creation millis, id) → nothing. */
  static final Table CERTIFICATE_BY_CA = new Table(16, "certificate-by-ca", Family.STATE);

  /** In the registry shard: one row, the registration code. */
  static final Table REGISTRATION_CODE = new Table(17, "registration-code", Family.STATE);

  /** In the registry shard: (provisioning template, CA id) → nothing. */
  static final Table CA_BY_TEMPLATE = new Table(18, "ca-by-template", Family.STATE);

  /** In the registry shard: (certificate id, account it is offered by) → nothing. */
  static final Table INCOMING = new Table(19, "incoming-certificate", Family.STATE);

  /** In the registry shard: (certificate id) → the account that has accepted it. */
  static final Table GIVEN_AWAY = new Table(22, "given-away-certificate", Family.STATE);

  /** In the registry shard: (end, {@link Expiry.Of}, id) → for how many days it was told. */
  static final Table EXPIRY = new Table(23, "certificate-by-end", Family.STATE);

  /** In the registry shard: (id of a certificate that waits for its activation) → nothing. */
  static final Table WAITING = new Table(24, "waiting-certificate", Family.STATE);

  /** In the server shard: (access key id) → {@link AccessKeyRow}. */
  static final Table ACCESS_KEY = new Table(20, "access-key", Family.STATE);

  /** In the server shard: {@code ca} and {@code server} → {@link SealedCertificate}. */
  static final Table SERVER_KEY = new Table(21, "server-key", Family.STATE);

  private Tables() {}
}
