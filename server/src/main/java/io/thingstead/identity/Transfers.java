package io.thingstead.identity;

import io.thingstead.account.Account;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Transfers of certificates between accounts of this server. The operations wait for durability:
 * call them on virtual threads. Spec: certificates-provisioning.md section 1.
 *
 * <p>Each account's rows change in commands of its own. The offering account's row decides: it is
 * marked as accepted first, then the certificate is registered with the accepting account, and then
 * the former row is forgotten. Whoever asks again after a crash finds the mark and goes on.
 */
public final class Transfers {
  private static final byte[] NOTHING = {};
  private static final int OFFERS_MAX = 10;

  private final CertificateDirectory directory;

  public Transfers(CertificateDirectory directory) {
    this.directory = directory;
  }

  /**
   * TransferCertificate: offers it to another account.
   *
   * @return the certificate's ARN
   * @throws ApiException ResourceNotFound; CertificateState while it is active or being
   *     transferred; TransferConflict while policies or things are attached; InvalidRequest for the
   *     account
   */
  public String transfer(
      Account from, String certificateId, String targetAccount, @Nullable String message) {
    String id = certificateId.toLowerCase(Locale.ROOT);
    Certificates source = require(from.id().digits());
    if (targetAccount.equals(from.id().digits())) {
      throw invalid("targetAwsAccount is the account that has the certificate already");
    }
    Certificates target = directory.of(targetAccount);
    if (target == null) {
      throw invalid(
          "this server has no account "
              + targetAccount
              + "; certificates are transferred between its own (./thingstead account list)");
    }
    source.registry().call(tx -> requireFree(source, tx, id));
    Key offer = Key.of(id, from.id().digits());
    target
        .registry()
        .call(
            tx -> {
              tx.put(Tables.INCOMING, offer, NOTHING);
              return id;
            });
    source
        .registry()
        .call(
            tx -> {
              CertificateRow row = requireFree(source, tx, id);
              long now = tx.now().toEpochMilli();
              TransferRow started = TransferRow.started(targetAccount, message, now);
              CertificateTable.put(
                  tx, id, row.with(CertificateStatus.PENDING_TRANSFER, started, now));
              source.announce(tx, id, false);
              return id;
            });
    return source.arn(id);
  }

  private static CertificateRow requireFree(Certificates source, Tx tx, String id) {
    CertificateRow row = requireRow(source, tx, id);
    switch (row.status()) {
      case ACTIVE ->
          throw new ApiException(
              AwsError.CERTIFICATE_STATE,
              "certificate " + id + " is ACTIVE; deactivate it before it is transferred");
      case PENDING_TRANSFER ->
          throw new ApiException(
              AwsError.CERTIFICATE_STATE, "certificate " + id + " is being transferred already");
      case INACTIVE, REVOKED, PENDING_ACTIVATION, REGISTER_INACTIVE -> {}
    }
    String held = source.held(tx, id);
    if (held != null) {
      throw new ApiException(AwsError.TRANSFER_CONFLICT, held);
    }
    return row;
  }

  private static CertificateRow requireRow(Certificates of, Rows rows, String id) {
    CertificateRow row = CertificateTable.get(rows, id);
    if (row == null) {
      throw new ApiException(
          AwsError.RESOURCE_NOT_FOUND,
          "there is no certificate " + id + " in account " + of.account().id());
    }
    return row;
  }

  /**
   * AcceptCertificateTransfer.
   *
   * @throws ApiException ResourceNotFound when nobody offers it; TransferAlreadyCompleted when the
   *     account has accepted it before; InvalidRequest when it has registered it itself
   */
  public void accept(Account to, String certificateId, boolean setAsActive) {
    String id = certificateId.toLowerCase(Locale.ROOT);
    Certificates target = require(to.id().digits());
    String account = to.id().digits();
    Certificates source = offering(target, id);
    String from = source.account().id().digits();
    // Before it is marked as accepted: a refusal must leave the offer as it is.
    requireUnknown(target, target.registry().durable(), id, from);
    CertificateRow given =
        source
            .registry()
            .call(
                tx -> {
                  CertificateRow row = requireOffered(source, tx, id, account);
                  TransferRow transfer = Objects.requireNonNull(row.transfer());
                  if (transfer.acceptedMillis() != null) {
                    return row;
                  }
                  long now = tx.now().toEpochMilli();
                  CertificateRow marked = row.with(row.status(), transfer.accepted(now), now);
                  CertificateTable.put(tx, id, marked);
                  return marked;
                });
    CertificateStatus status = setAsActive ? CertificateStatus.ACTIVE : CertificateStatus.INACTIVE;
    receive(source, target, id, given, status);
    source
        .registry()
        .call(
            tx -> {
              CertificateRow row = CertificateTable.get(tx, id);
              if (row != null && row.generation().equals(given.generation())) {
                CertificateTable.delete(tx, id, row);
                tx.put(Tables.GIVEN_AWAY, Key.of(id), account.getBytes(StandardCharsets.US_ASCII));
                source.announce(tx, id, false);
              }
              return id;
            });
    forgetOffer(source, target, id);
  }

  /** Refuses a certificate that the account has, unless it has it from the one that offers it. */
  private static void requireUnknown(Certificates target, Rows rows, String id, String from) {
    CertificateRow there = CertificateTable.get(rows, id);
    if (there != null && !from.equals(there.previousOwner())) {
      throw invalid(
          "account "
              + target.account().id()
              + " has registered certificate "
              + id
              + " already; delete it to accept it from account "
              + from);
    }
  }

  /** Registers what was offered; again it changes nothing. */
  private static void receive(
      Certificates source,
      Certificates target,
      String id,
      CertificateRow given,
      CertificateStatus status) {
    String from = source.account().id().digits();
    target
        .registry()
        .call(
            tx -> {
              requireUnknown(target, tx, id, from);
              if (CertificateTable.get(tx, id) != null) {
                return id;
              }
              TransferRow transfer = Objects.requireNonNull(given.transfer());
              // The registration is another one, so its name is too: the account makes it longer.
              String generation =
                  ClientCertificates.sha256(
                      (given.generation() + from).getBytes(StandardCharsets.US_ASCII));
              long now = tx.now().toEpochMilli();
              CertificateTable.insert(
                  tx, id, given.received(status, from, transfer, generation, now));
              tx.delete(Tables.GIVEN_AWAY, Key.of(id));
              target.announce(tx, id, status == CertificateStatus.ACTIVE);
              return id;
            });
  }

  /**
   * RejectCertificateTransfer: the certificate is the offering account's again, inactive.
   *
   * @throws ApiException ResourceNotFound when nobody offers it; TransferAlreadyCompleted
   */
  public void reject(Account to, String certificateId, @Nullable String reason) {
    String id = certificateId.toLowerCase(Locale.ROOT);
    Certificates target = require(to.id().digits());
    Certificates source = offering(target, id);
    end(source, id, to.id().digits(), true, reason);
    forgetOffer(source, target, id);
  }

  /**
   * CancelCertificateTransfer: the certificate is the offering account's again, inactive.
   *
   * @throws ApiException ResourceNotFound; TransferAlreadyCompleted when it was accepted or
   *     rejected; InvalidRequest when it was never offered
   */
  public void cancel(Account from, String certificateId) {
    String id = certificateId.toLowerCase(Locale.ROOT);
    Certificates source = require(from.id().digits());
    Rows rows = source.registry().durable();
    CertificateRow row = CertificateTable.get(rows, id);
    if (row == null && rows.get(Tables.GIVEN_AWAY, Key.of(id)) != null) {
      throw completed(id);
    }
    TransferRow transfer = requireRow(source, rows, id).transfer();
    if (transfer == null) {
      throw invalid("certificate " + id + " is not being transferred");
    }
    end(source, id, transfer.to(), false, null);
    Certificates target = directory.of(transfer.to());
    if (target != null) {
      forgetOffer(source, target, id);
    }
  }

  private static void end(
      Certificates source, String id, String to, boolean rejected, @Nullable String reason) {
    source
        .registry()
        .call(
            tx -> {
              CertificateRow row = requireOffered(source, tx, id, to);
              TransferRow transfer = Objects.requireNonNull(row.transfer());
              if (transfer.acceptedMillis() != null) {
                throw completed(id);
              }
              long now = tx.now().toEpochMilli();
              TransferRow ended = rejected ? transfer.rejected(now, reason) : null;
              CertificateTable.put(tx, id, row.with(CertificateStatus.INACTIVE, ended, now));
              source.announce(tx, id, false);
              return id;
            });
  }

  private static CertificateRow requireOffered(
      Certificates source, Tx tx, String id, String account) {
    CertificateRow row = requireRow(source, tx, id);
    TransferRow transfer = row.transfer();
    if (row.status() != CertificateStatus.PENDING_TRANSFER
        || transfer == null
        || !transfer.to().equals(account)) {
      throw completed(id);
    }
    return row;
  }

  /** The account that offers a certificate. */
  private Certificates offering(Certificates target, String id) {
    Rows rows = target.registry().durable();
    List<Rows.Row> offers = rows.scan(Tables.INCOMING, Key.of(id), null, OFFERS_MAX);
    for (Rows.Row offer : offers) {
      Key.Reader key = offer.key().read();
      key.text();
      Certificates source = directory.of(key.text());
      CertificateRow row =
          source == null ? null : CertificateTable.get(source.registry().durable(), id);
      if (source != null && row != null && row.status() == CertificateStatus.PENDING_TRANSFER) {
        return source;
      }
    }
    CertificateRow own = CertificateTable.get(rows, id);
    if (own != null && own.previousOwner() != null) {
      throw completed(id);
    }
    throw new ApiException(
        AwsError.RESOURCE_NOT_FOUND,
        "nobody offers certificate " + id + " to account " + target.account().id());
  }

  private static void forgetOffer(Certificates source, Certificates target, String id) {
    target
        .registry()
        .call(
            tx -> {
              tx.delete(Tables.INCOMING, Key.of(id, source.account().id().digits()));
              return id;
            });
  }

  private Certificates require(String account) {
    return Objects.requireNonNull(directory.of(account), "the account is open");
  }

  private static ApiException completed(String id) {
    return new ApiException(
        AwsError.TRANSFER_ALREADY_COMPLETED,
        "the transfer of certificate " + id + " has been accepted, rejected or cancelled already");
  }

  private static ApiException invalid(String message) {
    return new ApiException(AwsError.INVALID_REQUEST, message);
  }
}
