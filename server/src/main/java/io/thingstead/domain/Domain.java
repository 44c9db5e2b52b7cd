package io.thingstead.domain;

import io.thingstead.account.Account;
import io.thingstead.api.iot.ApplicationProtocol;
import io.thingstead.api.iot.AuthenticationType;
import org.jspecify.annotations.Nullable;

/**
 * What a host name chooses: an account, and the rules for who connects by it.
 *
 * @param hostName the one that chooses it, lower case; empty for the account's own endpoint
 * @param configuration the name of its domain configuration
 * @param enabled otherwise nobody may connect by it
 * @param authenticationType by which proof a client is let in; {@code DEFAULT} for any
 * @param applicationProtocol what may be spoken; {@code DEFAULT} for all
 * @param authorizer the custom authorizer for clients that name none, or null for the account's
 * @param mayNameAuthorizer whether a client may name another
 * @param certificateCallback the function that is asked about each certificate shown, or null
 */
public record Domain(
    Account account,
    String hostName,
    String configuration,
    boolean enabled,
    AuthenticationType authenticationType,
    ApplicationProtocol applicationProtocol,
    @Nullable String authorizer,
    boolean mayNameAuthorizer,
    SecurityPolicy securityPolicy,
    @Nullable String certificateCallback) {
  /** The domain configuration that stands for an account's own endpoint. */
  public static final String OF_ACCOUNT = "iot:Data-ATS";

  /** An account's own endpoint, with no rules beyond those of ports and the policy given. */
  public static Domain of(Account account, SecurityPolicy policy) {
    return new Domain(
        account,
        "",
        OF_ACCOUNT,
        true,
        AuthenticationType.DEFAULT,
        ApplicationProtocol.DEFAULT,
        null,
        true,
        policy,
        null);
  }

  /** An account's own endpoint as it is made. */
  public static Domain of(Account account) {
    return of(account, SecurityPolicy.DEFAULT);
  }

  /** The same, of the account as it is now. */
  Domain owned(Account now) {
    return new Domain(
        now,
        hostName,
        configuration,
        enabled,
        authenticationType,
        applicationProtocol,
        authorizer,
        mayNameAuthorizer,
        securityPolicy,
        certificateCallback);
  }

  /** Whether it is the account's own endpoint, and not one that somebody has configured. */
  public boolean ofAccount() {
    return configuration.equals(OF_ACCOUNT);
  }

  /** Whether a protocol may be spoken here. */
  public boolean speaks(ApplicationProtocol protocol) {
    return applicationProtocol == ApplicationProtocol.DEFAULT || applicationProtocol == protocol;
  }

  /** Whether some clients may prove themselves by this. */
  public boolean accepts(AuthenticationType type) {
    return authenticationType == AuthenticationType.DEFAULT || authenticationType == type;
  }

  /** Whether everybody must show a certificate; null leaves it to port and client. */
  public @Nullable Boolean wantsCertificate() {
    return switch (authenticationType) {
      case DEFAULT -> null;
      case AWS_X509, CUSTOM_AUTH_X509 -> true;
      case AWS_SIGV4, CUSTOM_AUTH -> false;
    };
  }
}
