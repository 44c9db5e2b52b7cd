package io.thingstead.domain;

import io.thingstead.account.Account;
import io.thingstead.api.iot.ApplicationProtocol;
import io.thingstead.api.iot.AuthenticationType;
import io.thingstead.api.iot.AuthorizerConfig;
import io.thingstead.api.iot.ClientCertificateConfig;
import io.thingstead.api.iot.DescribeDomainConfigurationResponse;
import io.thingstead.api.iot.DomainConfigurationStatus;
import io.thingstead.api.iot.DomainConfigurationSummary;
import io.thingstead.api.iot.DomainType;
import io.thingstead.api.iot.ListDomainConfigurationsRequest;
import io.thingstead.api.iot.ListDomainConfigurationsResponse;
import io.thingstead.api.iot.ServerCertificateConfig;
import io.thingstead.api.iot.ServerCertificateStatus;
import io.thingstead.api.iot.ServerCertificateSummary;
import io.thingstead.api.iot.ServiceType;
import io.thingstead.api.iot.TlsConfig;
import io.thingstead.domain.ServerCertificates.Named;
import io.thingstead.engine.Key;
import io.thingstead.row.Page;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** How domain configurations are told, those of the account's own endpoint among them. */
final class DomainDescriptions {
  /** One address serves all that the original has several for. */
  private static final Map<String, ServiceType> OF_ACCOUNT =
      Map.of(
          Domain.OF_ACCOUNT,
          ServiceType.DATA,
          "iot:CredentialProvider",
          ServiceType.CREDENTIAL_PROVIDER,
          "iot:Jobs",
          ServiceType.JOBS);

  private final Account account;
  private final ServerCertificates certificates;
  private final String endpoint;
  private final InstantSource clock;

  DomainDescriptions(
      Account account, ServerCertificates certificates, String endpoint, InstantSource clock) {
    this.account = account;
    this.certificates = certificates;
    this.endpoint = endpoint;
    this.clock = clock;
  }

  static boolean isOfAccount(String name) {
    return OF_ACCOUNT.containsKey(name);
  }

  DescribeDomainConfigurationResponse ofAccount(String name, @Nullable DomainRow changed) {
    SecurityPolicy policy = changed == null ? SecurityPolicy.DEFAULT : changed.securityPolicy();
    return DescribeDomainConfigurationResponse.builder()
        .domainConfigurationName(name)
        .domainConfigurationArn(account.arn("domainconfiguration/" + name))
        .domainName(endpoint)
        .serverCertificates(List.of())
        .domainConfigurationStatus(DomainConfigurationStatus.ENABLED)
        .serviceType(OF_ACCOUNT.get(name))
        .domainType(DomainType.ENDPOINT)
        .tlsConfig(new TlsConfig(policy.wireName()))
        .serverCertificateConfig(new ServerCertificateConfig(false, null, null))
        .authenticationType(AuthenticationType.DEFAULT)
        .applicationProtocol(ApplicationProtocol.DEFAULT)
        .build();
  }

  DescribeDomainConfigurationResponse of(String name, String arn, DomainRow row) {
    boolean authorizes = row.authorizer() != null || row.override() != null;
    return DescribeDomainConfigurationResponse.builder()
        .domainConfigurationName(name)
        .domainConfigurationArn(arn)
        .domainName(row.domainName())
        .serverCertificates(summaries(row))
        .authorizerConfig(
            authorizes ? new AuthorizerConfig(row.authorizer(), row.override()) : null)
        .domainConfigurationStatus(DomainConfigurations.status(row.enabled()))
        .serviceType(ServiceType.DATA)
        .domainType(row.managed() ? DomainType.AWS_MANAGED : DomainType.CUSTOMER_MANAGED)
        .lastStatusChangeDate(Instant.ofEpochMilli(row.statusMillis()))
        .tlsConfig(new TlsConfig(row.securityPolicy().wireName()))
        .serverCertificateConfig(new ServerCertificateConfig(false, null, null))
        .authenticationType(row.authenticationType())
        .applicationProtocol(row.applicationProtocol())
        .clientCertificateConfig(
            row.callback() == null ? null : new ClientCertificateConfig(row.callback()))
        .build();
  }

  /** None for a certificate of the own CA: its issue and renewal are the server's business. */
  private List<ServerCertificateSummary> summaries(DomainRow row) {
    String id = row.certificateId();
    ServerCertificateRow certificate = id == null ? null : certificates.find(id);
    if (id == null || certificate == null) {
      return List.of();
    }
    X509Certificate leaf = certificate.chain().getFirst();
    String why = CertificateRules.invalid(leaf, clock.instant());
    return List.of(
        new ServerCertificateSummary(
            certificates.arn(id),
            why == null ? ServerCertificateStatus.VALID : ServerCertificateStatus.INVALID,
            why));
  }

  /** In the order of names; there are never many, so each page is cut of all. */
  ListDomainConfigurationsResponse list(
      ListDomainConfigurationsRequest in, List<Named> stored, UnaryOperator<String> arn) {
    TreeMap<String, ServiceType> all = new TreeMap<>(OF_ACCOUNT);
    stored.forEach(each -> all.putIfAbsent(each.name(), ServiceType.DATA));
    Key after = Page.after(Tables.DOMAIN, in.marker(), Key.ALL);
    int size = Page.Size.OLDER.of(in.pageSize());
    List<DomainConfigurationSummary> rest =
        (after == null ? all : all.tailMap(after.read().text(), false))
            .entrySet().stream()
                .filter(each -> in.serviceType() == null || each.getValue() == in.serviceType())
                .map(
                    each ->
                        new DomainConfigurationSummary(
                            each.getKey(), arn.apply(each.getKey()), each.getValue()))
                .toList();
    if (rest.size() <= size) {
      return new ListDomainConfigurationsResponse(rest, null);
    }
    List<DomainConfigurationSummary> page = rest.subList(0, size);
    return new ListDomainConfigurationsResponse(
        page,
        Page.token(
            Tables.DOMAIN, Key.of(String.valueOf(page.getLast().domainConfigurationName()))));
  }
}
