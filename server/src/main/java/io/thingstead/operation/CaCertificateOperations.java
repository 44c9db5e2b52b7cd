package io.thingstead.operation;

import io.thingstead.account.Account;
import io.thingstead.api.Empty;
import io.thingstead.api.iot.AutoRegistrationStatus;
import io.thingstead.api.iot.CACertificate;
import io.thingstead.api.iot.CACertificateDescription;
import io.thingstead.api.iot.CACertificateStatus;
import io.thingstead.api.iot.CertificateMode;
import io.thingstead.api.iot.CertificateValidity;
import io.thingstead.api.iot.DeleteCACertificateResponse;
import io.thingstead.api.iot.DeleteRegistrationCodeResponse;
import io.thingstead.api.iot.DescribeCACertificateResponse;
import io.thingstead.api.iot.GetRegistrationCodeResponse;
import io.thingstead.api.iot.Iot;
import io.thingstead.api.iot.ListCACertificatesResponse;
import io.thingstead.api.iot.RegisterCACertificateRequest;
import io.thingstead.api.iot.RegisterCACertificateResponse;
import io.thingstead.api.iot.RegistrationConfig;
import io.thingstead.api.iot.UpdateCACertificateRequest;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.identity.CaCertificateDescription;
import io.thingstead.identity.CaCertificates;
import io.thingstead.identity.CaStatus;
import io.thingstead.identity.ListedCaCertificate;
import io.thingstead.identity.RegistrationTemplate;
import io.thingstead.registry.Tags;
import io.thingstead.row.Page;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The CAs that accounts bring along, and the proof that they are theirs. */
final class CaCertificateOperations {
  private final Function<Account, Features> features;

  CaCertificateOperations(Function<Account, Features> features) {
    this.features = features;
  }

  private CaCertificates cas(Call call) {
    return features.apply(call.account()).certificates().cas();
  }

  void bind(OperationTable table) {
    table.on(
        Iot.GET_REGISTRATION_CODE,
        (call, _) -> new GetRegistrationCodeResponse(cas(call).registrationCode().get()));
    table.on(
        Iot.DELETE_REGISTRATION_CODE,
        (call, _) -> {
          cas(call).registrationCode().delete();
          return new DeleteRegistrationCodeResponse();
        });
    table.on(Iot.REGISTER_CA_CERTIFICATE, (call, in) -> register(cas(call), in));
    table.on(
        Iot.DESCRIBE_CA_CERTIFICATE,
        (call, in) -> described(cas(call).describe(in.certificateId())));
    table.on(
        Iot.LIST_CA_CERTIFICATES,
        (call, in) -> {
          String template = in.templateName();
          boolean ascending = Boolean.TRUE.equals(in.ascendingOrder());
          Page<ListedCaCertificate> page =
              template == null
                  ? cas(call).list(in.pageSize(), in.marker(), ascending)
                  : cas(call).listByTemplate(template, in.pageSize(), in.marker());
          return new ListCACertificatesResponse(
              page.items().stream().map(CaCertificateOperations::listed).toList(), page.next());
        });
    table.on(
        Iot.UPDATE_CA_CERTIFICATE,
        (call, in) -> {
          update(cas(call), in);
          return Empty.EMPTY;
        });
    table.on(
        Iot.DELETE_CA_CERTIFICATE,
        (call, in) -> {
          cas(call).delete(in.certificateId());
          return new DeleteCACertificateResponse();
        });
  }

  private static RegisterCACertificateResponse register(
      CaCertificates cas, RegisterCACertificateRequest in) {
    Map<String, String> tags = TagOperations.parse(in.tags());
    CaCertificateDescription made =
        cas.register(
            in.caCertificate(),
            in.verificationCertificate(),
            Boolean.TRUE.equals(in.setAsActive()),
            Boolean.TRUE.equals(in.allowAutoRegistration()),
            in.certificateMode() == CertificateMode.SNI_ONLY
                ? io.thingstead.identity.CertificateMode.SNI_ONLY
                : io.thingstead.identity.CertificateMode.DEFAULT,
            template(in.registrationConfig()),
            (tx, arn) -> Tags.attach(tx, arn, tags));
    return new RegisterCACertificateResponse(made.certificateArn(), made.certificateId());
  }

  private static void update(CaCertificates cas, UpdateCACertificateRequest in) {
    CACertificateStatus status = in.newStatus();
    Boolean auto =
        in.newAutoRegistrationStatus() == null
            ? null
            : in.newAutoRegistrationStatus() == AutoRegistrationStatus.ENABLE;
    cas.update(
        in.certificateId(),
        status == null ? null : CaStatus.valueOf(status.name()),
        auto,
        template(in.registrationConfig()),
        Boolean.TRUE.equals(in.removeAutoRegistration()));
  }

  private static @Nullable RegistrationTemplate template(@Nullable RegistrationConfig given) {
    return given == null
        ? null
        : new RegistrationTemplate(given.templateBody(), given.templateName(), given.roleArn());
  }

  private static DescribeCACertificateResponse described(CaCertificateDescription of) {
    RegistrationTemplate template = of.template();
    return new DescribeCACertificateResponse(
        description(of),
        template == null
            ? null
            : new RegistrationConfig(template.body(), template.roleArn(), template.name()));
  }

  private static CACertificateDescription description(CaCertificateDescription of) {
    return CACertificateDescription.builder()
        .certificateArn(of.certificateArn())
        .certificateId(of.certificateId())
        .status(CACertificateStatus.valueOf(of.status().name()))
        .certificatePem(of.pem())
        .ownedBy(of.ownedBy().digits())
        .creationDate(of.creationDate())
        .autoRegistrationStatus(
            of.autoRegistration() ? AutoRegistrationStatus.ENABLE : AutoRegistrationStatus.DISABLE)
        .lastModifiedDate(of.lastModifiedDate())
        .customerVersion(of.customerVersion())
        .generationId(of.generationId())
        .validity(new CertificateValidity(of.notBefore(), of.notAfter()))
        .certificateMode(CertificateMode.valueOf(of.mode().name()))
        .build();
  }

  private static CACertificate listed(ListedCaCertificate of) {
    return new CACertificate(
        of.certificateArn(),
        of.certificateId(),
        CACertificateStatus.valueOf(of.status().name()),
        of.creationDate());
  }
}
