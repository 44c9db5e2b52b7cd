package io.thingstead.operation;

import io.thingstead.account.Account;
import io.thingstead.api.Empty;
import io.thingstead.api.iot.Iot;
import io.thingstead.api.iot.ListOutgoingCertificatesResponse;
import io.thingstead.api.iot.OutgoingCertificate;
import io.thingstead.api.iot.TransferCertificateResponse;
import io.thingstead.http.OperationTable;
import io.thingstead.identity.Transfers;
import io.thingstead.row.Page;
import java.util.function.Function;

/** Transfers of certificates between accounts. */
final class TransferOperations {
  private final Function<Account, Features> features;
  private final Transfers transfers;

  TransferOperations(Function<Account, Features> features, Transfers transfers) {
    this.features = features;
    this.transfers = transfers;
  }

  void bind(OperationTable table) {
    table.on(
        Iot.TRANSFER_CERTIFICATE,
        (call, in) ->
            new TransferCertificateResponse(
                transfers.transfer(
                    call.account(),
                    in.certificateId(),
                    in.targetAwsAccount(),
                    in.transferMessage())));
    table.on(
        Iot.ACCEPT_CERTIFICATE_TRANSFER,
        (call, in) -> {
          transfers.accept(
              call.account(), in.certificateId(), Boolean.TRUE.equals(in.setAsActive()));
          return Empty.EMPTY;
        });
    table.on(
        Iot.REJECT_CERTIFICATE_TRANSFER,
        (call, in) -> {
          transfers.reject(call.account(), in.certificateId(), in.rejectReason());
          return Empty.EMPTY;
        });
    table.on(
        Iot.CANCEL_CERTIFICATE_TRANSFER,
        (call, in) -> {
          transfers.cancel(call.account(), in.certificateId());
          return Empty.EMPTY;
        });
    table.on(
        Iot.LIST_OUTGOING_CERTIFICATES,
        (call, in) -> {
          Page<io.thingstead.identity.OutgoingCertificate> page =
              features
                  .apply(call.account())
                  .certificates()
                  .outgoing(in.pageSize(), in.marker(), Boolean.TRUE.equals(in.ascendingOrder()));
          return new ListOutgoingCertificatesResponse(
              page.items().stream().map(TransferOperations::listed).toList(), page.next());
        });
  }

  private static OutgoingCertificate listed(io.thingstead.identity.OutgoingCertificate of) {
    return new OutgoingCertificate(
        of.certificateArn(),
        of.certificateId(),
        of.transfer().to(),
        of.transfer().started(),
        of.transfer().message(),
        of.createdAt());
  }
}
