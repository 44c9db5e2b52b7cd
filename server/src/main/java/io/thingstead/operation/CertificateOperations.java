package io.thingstead.operation;

import io.thingstead.account.Account;
import io.thingstead.api.Empty;
import io.thingstead.api.iot.Certificate;
import io.thingstead.api.iot.CertificateDescription;
import io.thingstead.api.iot.CertificateMode;
import io.thingstead.api.iot.CertificateStatus;
import io.thingstead.api.iot.CertificateValidity;
import io.thingstead.api.iot.CreateCertificateFromCsrResponse;
import io.thingstead.api.iot.CreateKeysAndCertificateResponse;
import io.thingstead.api.iot.DescribeCertificateResponse;
import io.thingstead.api.iot.Iot;
import io.thingstead.api.iot.KeyPair;
import io.thingstead.api.iot.ListCertificatesByCAResponse;
import io.thingstead.api.iot.ListCertificatesResponse;
import io.thingstead.api.iot.RegisterCertificateResponse;
import io.thingstead.api.iot.RegisterCertificateWithoutCAResponse;
import io.thingstead.api.iot.TransferData;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.identity.CertificateTransfer;
import io.thingstead.identity.Certificates;
import io.thingstead.identity.IssuedCertificate;
import io.thingstead.identity.IssuedKeys;
import io.thingstead.identity.ListedCertificate;
import io.thingstead.row.Page;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Client certificates. */
final class CertificateOperations {
  private final Function<Account, Features> features;

  CertificateOperations(Function<Account, Features> features) {
    this.features = features;
  }

  private Certificates certificates(Call call) {
    return features.apply(call.account()).certificates();
  }

  void bind(OperationTable table) {
    table.on(
        Iot.CREATE_KEYS_AND_CERTIFICATE,
        (call, in) ->
            issued(
                certificates(call)
                    .createKeysAndCertificate(Boolean.TRUE.equals(in.setAsActive()))));
    table.on(
        Iot.CREATE_CERTIFICATE_FROM_CSR,
        (call, in) -> {
          IssuedCertificate made =
              features
                  .apply(call.account())
                  .provisioning()
                  .providers()
                  .create(in.certificateSigningRequest(), Boolean.TRUE.equals(in.setAsActive()));
          return new CreateCertificateFromCsrResponse(
              made.certificateArn(), made.certificateId(), made.pem());
        });
    table.on(
        Iot.REGISTER_CERTIFICATE_WITHOUT_CA,
        (call, in) -> {
          IssuedCertificate made =
              certificates(call)
                  .registerCertificateWithoutCa(
                      in.certificatePem(), in.status() == null ? null : status(in.status()));
          return new RegisterCertificateWithoutCAResponse(
              made.certificateArn(), made.certificateId());
        });
    table.on(
        Iot.REGISTER_CERTIFICATE,
        (call, in) -> {
          IssuedCertificate made =
              certificates(call)
                  .registerCertificate(
                      in.certificatePem(),
                      in.caCertificatePem(),
                      status(in.status(), in.setAsActive()));
          return new RegisterCertificateResponse(made.certificateArn(), made.certificateId());
        });
    table.on(
        Iot.LIST_CERTIFICATES_BY_CA,
        (call, in) -> {
          Page<ListedCertificate> page =
              certificates(call)
                  .listByCa(
                      in.caCertificateId(),
                      in.pageSize(),
                      in.marker(),
                      Boolean.TRUE.equals(in.ascendingOrder()));
          return new ListCertificatesByCAResponse(entries(page), page.next());
        });
    table.on(
        Iot.DESCRIBE_CERTIFICATE,
        (call, in) ->
            new DescribeCertificateResponse(
                described(certificates(call).describe(in.certificateId()))));
    table.on(
        Iot.LIST_CERTIFICATES,
        (call, in) -> {
          Page<ListedCertificate> page =
              certificates(call)
                  .list(in.pageSize(), in.marker(), Boolean.TRUE.equals(in.ascendingOrder()));
          return new ListCertificatesResponse(entries(page), page.next());
        });
    table.on(
        Iot.UPDATE_CERTIFICATE,
        (call, in) -> {
          certificates(call).update(in.certificateId(), status(in.newStatus()));
          return Empty.EMPTY;
        });
    table.on(
        Iot.DELETE_CERTIFICATE,
        (call, in) -> {
          certificates(call).delete(in.certificateId(), Boolean.TRUE.equals(in.forceDelete()));
          return Empty.EMPTY;
        });
  }

  private static io.thingstead.identity.@Nullable CertificateStatus status(
      @Nullable CertificateStatus status, @Nullable Boolean setAsActive) {
    if (status != null) {
      return status(status);
    }
    return Boolean.TRUE.equals(setAsActive)
        ? io.thingstead.identity.CertificateStatus.ACTIVE
        : null;
  }

  // The two enums have the same names: one is the wire's, one the feature's.
  private static io.thingstead.identity.CertificateStatus status(CertificateStatus status) {
    return io.thingstead.identity.CertificateStatus.valueOf(status.name());
  }

  private static CreateKeysAndCertificateResponse issued(IssuedKeys made) {
    return new CreateKeysAndCertificateResponse(
        made.certificate().certificateArn(),
        made.certificate().certificateId(),
        made.certificate().pem(),
        new KeyPair(made.publicKeyPem(), made.privateKeyPem()));
  }

  private static CertificateDescription described(
      io.thingstead.identity.CertificateDescription of) {
    return CertificateDescription.builder()
        .certificateArn(of.certificateArn())
        .certificateId(of.certificateId())
        .status(CertificateStatus.valueOf(of.status().name()))
        .certificatePem(of.pem())
        .caCertificateId(of.caCertificateId())
        .ownedBy(of.ownedBy().digits())
        .previousOwnedBy(of.previousOwnedBy())
        .transferData(transferred(of.transfer()))
        .creationDate(of.creationDate())
        .lastModifiedDate(of.lastModifiedDate())
        .customerVersion(of.customerVersion())
        .generationId(of.generationId())
        .validity(new CertificateValidity(of.notBefore(), of.notAfter()))
        .certificateMode(CertificateMode.valueOf(of.mode().name()))
        .build();
  }

  private static @Nullable TransferData transferred(@Nullable CertificateTransfer of) {
    return of == null
        ? null
        : TransferData.builder()
            .transferMessage(of.message())
            .rejectReason(of.rejectReason())
            .transferDate(of.started())
            .acceptDate(of.accepted())
            .rejectDate(of.rejected())
            .build();
  }

  private static List<Certificate> entries(Page<ListedCertificate> page) {
    return page.items().stream()
        .map(
            entry ->
                new Certificate(
                    entry.certificateArn(),
                    entry.certificateId(),
                    CertificateStatus.valueOf(entry.status().name()),
                    CertificateMode.valueOf(entry.mode().name()),
                    entry.creationDate()))
        .toList();
  }
}
