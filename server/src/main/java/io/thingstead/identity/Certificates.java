package io.thingstead.identity;

import io.thingstead.account.Account;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.row.Page;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The client certificates of one account. The operations wait for durability: call them on virtual
 * threads. Spec: certificates-provisioning.md section 1.
 */
public final class Certificates {
  private final Account account;
  private final AccountShard registry;
  private final DeviceCa ca;
  private final KeyPairs keys;
  private final InstantSource clock;
  private final List<Attachments> policies = new CopyOnWriteArrayList<>();
  private final List<Attachments> things = new CopyOnWriteArrayList<>();
  private final List<CertificateListener> listeners = new CopyOnWriteArrayList<>();
  private final KnownCertificates known;
  private final CaCertificates cas;
  private final JustInTime justInTime;
  private final Registrar registrar;
  private final Expiry expiry;

  public Certificates(
      Account account,
      AccountShard registry,
      MasterKey master,
      KeyPairs keys,
      InstantSource clock,
      SecureRandom random) {
    this.account = account;
    this.registry = registry;
    this.ca = new DeviceCa(account, registry, master, keys, clock, random);
    this.keys = keys;
    this.clock = clock;
    this.known = new KnownCertificates(account, registry, clock);
    this.cas = new CaCertificates(account, registry, clock, random);
    this.registrar = new Registrar(account, ca, keys, cas, clock, random, this::announce);
    this.expiry = new Expiry(account, registry, clock);
    this.justInTime = new JustInTime(registry, this, known, cas, clock);
  }

  /** The CAs that the account brought along. */
  public CaCertificates cas() {
    return cas;
  }

  /** Which of them end soon. */
  public Expiry expiry() {
    return expiry;
  }

  /** What provisioning does with certificates, inside its own commands. */
  public Registrar registrar() {
    return registrar;
  }

  /**
   * Tells of each showing of a certificate that waits for its activation, from now on. The answer
   * is why this connection is refused, a clause for people, or empty when the status says it.
   */
  public void onNewcomer(Function<JustRegistered, String> listener) {
    justInTime.onNewcomer(listener);
  }

  /**
   * Tells of each certificate that a CA's word has registered.
   *
   * @param listener hears its id and the CA's; on the executor of TLS tasks, so it may wait
   */
  public void onRegistered(BiConsumer<String, String> listener) {
    justInTime.onRegistered(listener);
  }

  /** Lets policies keep a certificate from being deleted, unless by force. */
  public void guardedByPolicies(Attachments attachments) {
    policies.add(attachments);
  }

  /** Lets things keep a certificate from being deleted. */
  public void guardedByThings(Attachments attachments) {
    things.add(attachments);
  }

  /** Tells of each change from now on. */
  public void onChange(CertificateListener listener) {
    listeners.add(listener);
  }

  /** CreateKeysAndCertificate. */
  public IssuedKeys createKeysAndCertificate(boolean setAsActive) {
    KeyPair pair = keys.rsa();
    IssuedCertificate issued = register(ca.issue(pair.getPublic()), status(setAsActive));
    return new IssuedKeys(
        issued, Pem.publicKey(pair.getPublic()), Pem.rsaPrivateKey(pair.getPrivate()));
  }

  /** CreateCertificateFromCsr; the certificate keeps the subject of the request. */
  public IssuedCertificate createCertificateFromCsr(String pem, boolean setAsActive) {
    SigningRequest request = ClientCertificates.parseRequest(pem);
    return register(ca.issue(request.subject(), request.key()), status(setAsActive));
  }

  private static CertificateStatus status(boolean setAsActive) {
    return setAsActive ? CertificateStatus.ACTIVE : CertificateStatus.INACTIVE;
  }

  /**
   * RegisterCertificateWithoutCA.
   *
   * @param status null for inactive
   */
  public IssuedCertificate registerCertificateWithoutCa(
      String pem, @Nullable CertificateStatus status) {
    CertificateStatus wanted = status == null ? CertificateStatus.INACTIVE : status;
    requireSettable(wanted);
    return insert(
        ClientCertificates.parse(pem, clock.instant()), wanted, CertificateMode.SNI_ONLY, null);
  }

  /**
   * RegisterCertificate.
   *
   * @param caPem needed when several registered CAs have the same name and key
   * @param status null for inactive
   * @throws ApiException CertificateValidation when no registered CA signed it; CertificateState
   *     when the CA is not active; CertificateConflict when several signed it
   */
  public IssuedCertificate registerCertificate(
      String pem, @Nullable String caPem, @Nullable CertificateStatus status) {
    CertificateStatus wanted = status == null ? CertificateStatus.INACTIVE : status;
    requireSettable(wanted);
    X509Certificate certificate = ClientCertificates.parse(pem, clock.instant());
    CaCertificates.Issuer issuer = cas.vouching(certificate, caPem);
    return insert(certificate, wanted, issuer.row().mode(), issuer.id());
  }

  private IssuedCertificate register(X509Certificate certificate, CertificateStatus status) {
    return insert(certificate, status, CertificateMode.DEFAULT, null);
  }

  /**
   * Registers a certificate.
   *
   * @param caId the registered CA that signed it, or null
   */
  IssuedCertificate insert(
      X509Certificate certificate,
      CertificateStatus status,
      CertificateMode mode,
      @Nullable String caId) {
    NewCertificate made = new NewCertificate(certificate, mode, caId);
    return registry.call(tx -> registrar.insert(tx, made, status));
  }

  /** DescribeCertificate. */
  public CertificateDescription describe(String certificateId) {
    String id = certificateId.toLowerCase(Locale.ROOT);
    CertificateRow row = require(registry.durable(), id);
    return new CertificateDescription(
        arn(id),
        id,
        row.status(),
        Pem.certificate(row.der()),
        account.id(),
        Instant.ofEpochMilli(row.createdMillis()),
        Instant.ofEpochMilli(row.modifiedMillis()),
        row.version(),
        row.generation(),
        Instant.ofEpochMilli(row.notBeforeMillis()),
        Instant.ofEpochMilli(row.notAfterMillis()),
        row.mode(),
        row.caId(),
        row.previousOwner(),
        CertificateTransfer.of(row.transfer()));
  }

  /**
   * ListCertificates.
   *
   * @param pageSize 1 to 250; null for 25
   * @param ascending oldest first
   */
  public Page<ListedCertificate> list(
      @Nullable Integer pageSize, @Nullable String marker, boolean ascending) {
    return list(CertificateTable.BY_DATE, pageSize, marker, ascending);
  }

  /** How many wait for their activation, counted up to a limit. Reads the disk. */
  public int waiting(int limit) {
    return registry.durable().scan(Tables.WAITING, Key.ALL, null, limit).size();
  }

  /** ListCertificatesByCA; as {@link #list}. */
  public Page<ListedCertificate> listByCa(
      String caId, @Nullable Integer pageSize, @Nullable String marker, boolean ascending) {
    String id = caId.toLowerCase(Locale.ROOT);
    return list(CertificateTable.byCa(id), pageSize, marker, ascending);
  }

  private Page<ListedCertificate> list(
      DateIndex index, @Nullable Integer pageSize, @Nullable String marker, boolean ascending) {
    Rows rows = registry.durable();
    Page<String> page = index.list(rows, ascending, marker, Page.Size.OLDER.of(pageSize));
    List<ListedCertificate> entries =
        page.items().stream()
            .mapMulti(
                (String id, Consumer<ListedCertificate> out) -> {
                  CertificateRow row = CertificateTable.get(rows, id);
                  if (row != null) {
                    out.accept(entry(id, row));
                  }
                })
            .toList();
    return new Page<>(entries, page.next());
  }

  private ListedCertificate entry(String id, CertificateRow row) {
    return new ListedCertificate(
        arn(id), id, row.status(), row.mode(), Instant.ofEpochMilli(row.createdMillis()));
  }

  /** UpdateCertificate: idempotent; leaving ACTIVE drops the certificate's connections. */
  public void update(String certificateId, CertificateStatus next) {
    String id = certificateId.toLowerCase(Locale.ROOT);
    requireSettable(next);
    registry.call(
        tx -> {
          CertificateRow row = require(tx, id);
          if (row.status() == CertificateStatus.PENDING_TRANSFER) {
            throw new ApiException(
                AwsError.CERTIFICATE_STATE,
                "certificate " + id + " is being transferred; cancel the transfer first");
          }
          if (row.status() != next) {
            CertificateTable.put(tx, id, row.with(next, tx.now().toEpochMilli()));
            announce(tx, id, next == CertificateStatus.ACTIVE);
          }
          return true;
        });
  }

  private static void requireSettable(CertificateStatus status) {
    if (!status.settable()) {
      throw new ApiException(
          AwsError.INVALID_REQUEST,
          "a certificate cannot be set to " + status + "; use ACTIVE, INACTIVE or REVOKED");
    }
  }

  /**
   * DeleteCertificate.
   *
   * @param force detaches its policies
   */
  public void delete(String certificateId, boolean force) {
    String id = certificateId.toLowerCase(Locale.ROOT);
    String arn = arn(id);
    registry.call(
        tx -> {
          CertificateRow row = require(tx, id);
          if (row.status() == CertificateStatus.ACTIVE
              || row.status() == CertificateStatus.PENDING_TRANSFER) {
            throw new ApiException(
                AwsError.CERTIFICATE_STATE,
                "certificate " + id + " is " + row.status() + "; deactivate it before deleting it");
          }
          if (things.stream().anyMatch(each -> each.any(tx, arn))) {
            throw new ApiException(
                AwsError.DELETE_CONFLICT,
                "things are attached to certificate " + id + "; detach them before deleting it");
          }
          if (!force && policies.stream().anyMatch(each -> each.any(tx, arn))) {
            throw new ApiException(
                AwsError.DELETE_CONFLICT,
                "policies are attached to certificate "
                    + id
                    + "; detach them before deleting it, or use forceDelete");
          }
          policies.forEach(each -> each.detachAll(tx, arn));
          CertificateTable.delete(tx, id, row);
          announce(tx, id, false);
          return true;
        });
  }

  /**
   * Finds what a client showed in a TLS handshake. Reads the disk only the first time: for the
   * executor of TLS tasks, not for an event loop.
   */
  public CertificateLookup find(String certificateId) {
    return known.find(certificateId);
  }

  /**
   * As {@link #find(String)}; registers a certificate that is not known if a CA of the account
   * vouches for it and brings in new ones, and tells of each showing of one that waits for its
   * activation.
   *
   * @param chain the leaf first
   */
  public CertificateLookup meet(List<X509Certificate> chain) {
    return justInTime.meet(chain);
  }

  /** Whether a certificate of this id has connected or been asked for lately; never reads. */
  public boolean isKnown(String certificateId) {
    return known.isKept(certificateId);
  }

  /** Whether the certificate is registered, whatever its status and dates. */
  public boolean exists(String certificateId) {
    return known.exists(certificateId);
  }

  /** As {@link #exists(String)}, inside a command of the registry shard. */
  public static boolean exists(Rows registryRows, String certificateId) {
    return registryRows.get(Tables.CERTIFICATE, Key.of(certificateId)) != null;
  }

  /**
   * The certificate itself, for policy variables; null when it is not registered. Reads the disk.
   */
  public @Nullable X509Certificate certificate(String certificateId) {
    CertificateRow row = CertificateTable.get(registry.durable(), certificateId);
    return row == null ? null : row.certificate();
  }

  Account account() {
    return account;
  }

  AccountShard registry() {
    return registry;
  }

  /** What keeps a certificate from leaving the account, a clause for people; null when nothing. */
  @Nullable String held(Tx tx, String id) {
    String arn = arn(id);
    if (policies.stream().anyMatch(each -> each.any(tx, arn))) {
      return "policies are attached to certificate " + id + "; detach them first";
    }
    return things.stream().anyMatch(each -> each.any(tx, arn))
        ? "things are attached to certificate " + id + "; detach them first"
        : null;
  }

  /**
   * ListOutgoingCertificates; a page may hold fewer than asked for and still have a next one.
   *
   * @param pageSize 1 to 250; null for 25
   */
  public Page<OutgoingCertificate> outgoing(
      @Nullable Integer pageSize, @Nullable String marker, boolean ascending) {
    Rows rows = registry.durable();
    Page<String> page =
        CertificateTable.BY_DATE.list(rows, ascending, marker, Page.Size.OLDER.of(pageSize));
    List<OutgoingCertificate> found = new ArrayList<>();
    for (String id : page.items()) {
      CertificateRow row = CertificateTable.get(rows, id);
      if (row != null && row.status() == CertificateStatus.PENDING_TRANSFER) {
        CertificateTransfer transfer = CertificateTransfer.of(row.transfer());
        if (transfer != null) {
          found.add(
              new OutgoingCertificate(
                  arn(id), id, Instant.ofEpochMilli(row.createdMillis()), transfer));
        }
      }
    }
    return new Page<>(found, page.next());
  }

  void announce(Tx tx, String id, boolean active) {
    tx.afterDurable(
        () -> {
          known.forget(id);
          listeners.forEach(listener -> listener.changed(arn(id), active));
        });
  }

  private static CertificateRow require(Rows rows, String id) {
    CertificateRow row = CertificateTable.get(rows, id);
    if (row == null) {
      throw new ApiException(
          AwsError.RESOURCE_NOT_FOUND, "there is no certificate " + id + " in this account");
    }
    return row;
  }

  String arn(String id) {
    return account.arn("cert/" + id);
  }
}
