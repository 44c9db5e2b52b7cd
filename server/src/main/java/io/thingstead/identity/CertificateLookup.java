package io.thingstead.identity;

/** What is known of a certificate that a client showed. */
public sealed interface CertificateLookup {
  /**
   * Registered in the account and within its dates.
   *
   * @param principal the caller, {@code active} only if it may connect
   * @param whyNot a clause for people when it is not active: refuse its CONNECT with it; else empty
   */
  record Known(Principal.Certificate principal, CertificateStatus status, String whyNot)
      implements CertificateLookup {}

  /**
   * Not one of this account's: end the handshake.
   *
   * @param why a clause for people
   */
  record Refused(String why) implements CertificateLookup {}
}
