package io.thingstead.domain;

import io.thingstead.account.Account;
import io.thingstead.api.iot.ApplicationProtocol;
import io.thingstead.api.iot.AuthenticationType;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A stored row.
 *
 * @param id in its ARN, behind the name
 * @param domainName the host name, lower case; empty for the account's own endpoint
 * @param managed whether the host name was made up by the server
 * @param certificateId of the server certificate that the account has brought, or null for one that
 *     the own CA issues
 * @param authorizer the default authorizer, or null
 * @param override whether clients may name another; null when nothing was said
 * @param callback the function that is asked about clients' certificates, or null
 * @param statusMillis when it was last enabled or disabled
 */
record DomainRow(
    String id,
    String domainName,
    boolean managed,
    boolean enabled,
    @Nullable String certificateId,
    @Nullable String authorizer,
    @Nullable Boolean override,
    SecurityPolicy securityPolicy,
    AuthenticationType authenticationType,
    ApplicationProtocol applicationProtocol,
    @Nullable String callback,
    long statusMillis) {
  /** The same, enabled or disabled at this time. */
  DomainRow at(Instant changed) {
    return new DomainRow(
        id,
        domainName,
        managed,
        enabled,
        certificateId,
        authorizer,
        override,
        securityPolicy,
        authenticationType,
        applicationProtocol,
        callback,
        changed.toEpochMilli());
  }

  Domain of(Account account, String name) {
    return new Domain(
        account,
        domainName,
        name,
        enabled,
        authenticationType,
        applicationProtocol,
        authorizer,
        authorizer == null || Boolean.TRUE.equals(override),
        securityPolicy,
        callback);
  }
}
