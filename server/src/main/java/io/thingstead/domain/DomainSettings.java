package io.thingstead.domain;

import io.thingstead.api.iot.ApplicationProtocol;
import io.thingstead.api.iot.AuthenticationType;
import io.thingstead.api.iot.AuthorizerConfig;
import io.thingstead.api.iot.ClientCertificateConfig;
import io.thingstead.api.iot.CreateDomainConfigurationRequest;
import io.thingstead.api.iot.DomainConfigurationStatus;
import io.thingstead.api.iot.ServerCertificateConfig;
import io.thingstead.api.iot.ServiceType;
import io.thingstead.api.iot.TlsConfig;
import io.thingstead.api.iot.UpdateDomainConfigurationRequest;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a domain configuration can say, from requests to rows; refuses what goes not together. */
final class DomainSettings {
  private static final Pattern FUNCTION =
      Pattern.compile("arn:aws[a-zA-Z-]*:lambda:[a-z0-9-]+:\\d{12}:function:[^\\s]+");

  private final Predicate<String> isAuthorizer;

  /**
   * @param isAuthorizer whether there is a custom authorizer of a name
   */
  DomainSettings(Predicate<String> isAuthorizer) {
    this.isAuthorizer = isAuthorizer;
  }

  /**
   * The row of a new one, enabled.
   *
   * @param certificateId of the certificate to show, or null for one of the own CA
   */
  DomainRow created(
      CreateDomainConfigurationRequest in, String id, String host, @Nullable String certificateId) {
    if (in.serviceType() != null && in.serviceType() != ServiceType.DATA) {
      throw invalid(
          "serviceType " + in.serviceType() + " is not supported: only DATA, as in the original");
    }
    requireNoStapling(in.serverCertificateConfig());
    AuthorizerConfig authorizer = in.authorizerConfig();
    DomainRow row =
        new DomainRow(
            id,
            host,
            in.domainName() == null,
            true,
            certificateId,
            authorizer == null ? null : authorizer.defaultAuthorizerName(),
            authorizer == null ? null : authorizer.allowAuthorizerOverride(),
            policy(in.tlsConfig(), SecurityPolicy.DEFAULT),
            in.authenticationType() == null ? AuthenticationType.DEFAULT : in.authenticationType(),
            in.applicationProtocol() == null
                ? ApplicationProtocol.DEFAULT
                : in.applicationProtocol(),
            callback(in.clientCertificateConfig(), null),
            0);
    return checked(row);
  }

  /** The row after an update. */
  DomainRow updated(DomainRow before, UpdateDomainConfigurationRequest in) {
    boolean remove = Boolean.TRUE.equals(in.removeAuthorizerConfig());
    AuthorizerConfig authorizer = in.authorizerConfig();
    if (remove && authorizer != null) {
      throw invalid("authorizerConfig and removeAuthorizerConfig contradict each other");
    }
    requireNoStapling(in.serverCertificateConfig());
    boolean keep = !remove && authorizer == null;
    return checked(
        new DomainRow(
            before.id(),
            before.domainName(),
            before.managed(),
            in.domainConfigurationStatus() == null
                ? before.enabled()
                : in.domainConfigurationStatus() == DomainConfigurationStatus.ENABLED,
            before.certificateId(),
            keep
                ? before.authorizer()
                : authorizer == null ? null : authorizer.defaultAuthorizerName(),
            keep
                ? before.override()
                : authorizer == null ? null : authorizer.allowAuthorizerOverride(),
            policy(in.tlsConfig(), before.securityPolicy()),
            in.authenticationType() == null ? before.authenticationType() : in.authenticationType(),
            in.applicationProtocol() == null
                ? before.applicationProtocol()
                : in.applicationProtocol(),
            callback(in.clientCertificateConfig(), before.callback()),
            before.statusMillis()));
  }

  private DomainRow checked(DomainRow row) {
    Set<ApplicationProtocol> spoken = spokenWith(row.authenticationType());
    if (!spoken.contains(row.applicationProtocol())) {
      throw invalid(
          "authenticationType %s goes with applicationProtocol %s, not with %s"
              .formatted(row.authenticationType(), spoken, row.applicationProtocol()));
    }
    if (row.authorizer() != null && !isAuthorizer.test(row.authorizer())) {
      throw invalid("there is no custom authorizer " + row.authorizer() + " in this account");
    }
    if (row.callback() != null && row.authenticationType() != AuthenticationType.AWS_X509) {
      throw invalid(
          "clientCertificateConfig goes with authenticationType AWS_X509, not with "
              + row.authenticationType());
    }
    return row;
  }

  /** AWS IoT guide: "Device communication protocols". */
  private static Set<ApplicationProtocol> spokenWith(AuthenticationType type) {
    return switch (type) {
      case AWS_X509, CUSTOM_AUTH_X509 ->
          EnumSet.of(ApplicationProtocol.SECURE_MQTT, ApplicationProtocol.HTTPS);
      case AWS_SIGV4 -> EnumSet.of(ApplicationProtocol.MQTT_WSS, ApplicationProtocol.HTTPS);
      case CUSTOM_AUTH ->
          EnumSet.of(
              ApplicationProtocol.SECURE_MQTT,
              ApplicationProtocol.MQTT_WSS,
              ApplicationProtocol.HTTPS);
      case DEFAULT -> EnumSet.of(ApplicationProtocol.DEFAULT);
    };
  }

  private static SecurityPolicy policy(@Nullable TlsConfig given, SecurityPolicy otherwise) {
    String name = given == null ? null : given.securityPolicy();
    if (name == null || name.isEmpty()) {
      return otherwise;
    }
    SecurityPolicy policy = SecurityPolicy.named(name);
    if (policy == null) {
      throw invalid(
          "there is no security policy '"
              + name
              + "'; there are "
              + Arrays.stream(SecurityPolicy.values()).map(SecurityPolicy::wireName).toList());
    }
    return policy;
  }

  private static @Nullable String callback(
      @Nullable ClientCertificateConfig given, @Nullable String otherwise) {
    String arn = given == null ? null : given.clientCertificateCallbackArn();
    if (given == null) {
      return otherwise;
    }
    if (arn == null || arn.isEmpty()) {
      return null;
    }
    if (!FUNCTION.matcher(arn).matches()) {
      throw invalid("clientCertificateCallbackArn '" + arn + "' is no ARN of a Lambda function");
    }
    return arn;
  }

  private static void requireNoStapling(@Nullable ServerCertificateConfig given) {
    if (given == null) {
      return;
    }
    if (Boolean.TRUE.equals(given.enableOCSPCheck())
        || given.ocspLambdaArn() != null
        || given.ocspAuthorizedResponderArn() != null) {
      throw invalid(
          "OCSP stapling of server certificates is not implemented by this server: leave"
              + " enableOCSPCheck, ocspLambdaArn and ocspAuthorizedResponderArn out");
    }
  }

  /** What an update says of the account's own endpoint, of which only the policy can be changed. */
  SecurityPolicy ofAccount(String name, UpdateDomainConfigurationRequest in) {
    if (!name.equals(Domain.OF_ACCOUNT)) {
      throw invalid(
          name + " has the same host name as " + Domain.OF_ACCOUNT + ": update that instead");
    }
    boolean other =
        in.authorizerConfig() != null
            || in.domainConfigurationStatus() != null
            || Boolean.TRUE.equals(in.removeAuthorizerConfig())
            || in.serverCertificateConfig() != null
            || in.authenticationType() != null
            || in.applicationProtocol() != null
            || in.clientCertificateConfig() != null;
    if (other || in.tlsConfig() == null) {
      throw invalid("of the account's own endpoint only tlsConfig can be changed");
    }
    return policy(in.tlsConfig(), SecurityPolicy.DEFAULT);
  }

  /** The row that remembers it. */
  static DomainRow ofAccount(SecurityPolicy policy, Instant now) {
    return new DomainRow(
        "",
        "",
        false,
        true,
        null,
        null,
        null,
        policy,
        AuthenticationType.DEFAULT,
        ApplicationProtocol.DEFAULT,
        null,
        now.toEpochMilli());
  }

  private static ApiException invalid(String why) {
    return new ApiException(AwsError.INVALID_REQUEST, why);
  }
}
