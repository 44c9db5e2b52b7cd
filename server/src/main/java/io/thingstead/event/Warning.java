package io.thingstead.event;

import java.time.Instant;
import java.util.Locale;

/**
 * Something that is allowed but that an administrator should look at.
 *
 * @param number greater than that of any warning of the account before, also of former runs
 * @param resource what it is about: an ARN, or {@code address/IP}
 * @param text a sentence for people
 */
public record Warning(long number, Instant at, Kind kind, String resource, String text) {
  /** What it is about. */
  public enum Kind {
    /** A certificate belongs to several things. */
    SHARED_CERTIFICATE,
    /** A certificate is used by several clients at the same time. */
    CONCURRENT_CLIENTS,
    /** A certificate ends soon. */
    CERTIFICATE_EXPIRING,
    /** A CA ends soon. */
    CA_EXPIRING,
    /** Many callers from one address have failed to prove who they are. */
    FAILED_TRIES;

    /** As topics and the API write it, such as {@code shared-certificate}. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}
