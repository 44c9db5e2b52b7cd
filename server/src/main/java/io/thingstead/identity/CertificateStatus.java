package io.thingstead.identity;

/** The life of a client certificate; the names are the API's. */
public enum CertificateStatus {
  ACTIVE,
  INACTIVE,
  REVOKED,
  PENDING_TRANSFER,
  PENDING_ACTIVATION,
  REGISTER_INACTIVE;

  /** Whether a caller may ask for this status; the others come about by other operations. */
  boolean settable() {
    return this == ACTIVE || this == INACTIVE || this == REVOKED;
  }
}
