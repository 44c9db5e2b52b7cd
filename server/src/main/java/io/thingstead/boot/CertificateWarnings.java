package io.thingstead.boot;

import io.thingstead.account.Account;
import io.thingstead.event.Warning;
import io.thingstead.event.Warnings;
import io.thingstead.identity.Certificates;
import io.thingstead.identity.Expiry;

/** Warns of an account's certificates: every device should have its own, and one that holds. */
final class CertificateWarnings {
  private final Account account;
  private final Certificates certificates;
  private final Warnings warnings;

  CertificateWarnings(Account account, Certificates certificates, Warnings warnings) {
    this.account = account;
    this.certificates = certificates;
    this.warnings = warnings;
  }

  /** A second client came with a principal that is connected; on its lane. */
  void live(String principalId, String first, String second) {
    if (certificates.isKnown(principalId)) {
      warnings.warn(
          account,
          Warning.Kind.CONCURRENT_CLIENTS,
          account.arn("cert/" + principalId),
          "clients %s and %s are connected with the same certificate; give every device its own"
              .formatted(first, second));
    }
  }

  /** A principal belongs to a second thing; on the shard's thread. */
  void attached(String principal, String thing, String other) {
    warnings.warn(
        account,
        Warning.Kind.SHARED_CERTIFICATE,
        principal,
        "it is attached to thing %s, and to thing %s already; give every device its own certificate"
            .formatted(thing, other));
  }

  /** Waits for the shard. */
  void checkExpiry() {
    certificates.expiry().check(this::ending);
  }

  private void ending(Expiry.Ending ending) {
    warnings.warn(
        account,
        ending.ca() ? Warning.Kind.CA_EXPIRING : Warning.Kind.CERTIFICATE_EXPIRING,
        ending.arn(),
        "it ends %s, in %d days or less; %s"
            .formatted(
                ending.end(),
                ending.days(),
                ending.ca()
                    ? "register its successor, and give its devices new certificates"
                    : "give the device a new one"));
  }
}
