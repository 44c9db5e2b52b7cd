package io.thingstead.identity;

import io.thingstead.account.Account;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.row.Json;
import io.thingstead.row.Page;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The CAs that an account brings along, whose certificates it may register. The operations wait for
 * durability: call them on virtual threads. Spec: certificates-provisioning.md section 1.
 */
public final class CaCertificates {
  private static final int SAME_SUBJECT_MAX = 10;
  private static final int GENERATION_BYTES = 32;
  private static final DateIndex BY_DATE = new DateIndex(Tables.CA_BY_DATE, null);

  private final Account account;
  private final AccountShard registry;
  private final InstantSource clock;
  private final SecureRandom random;
  private final RegistrationCode code;
  private volatile TemplateCheck templates = (_, _) -> {};
  private volatile BiConsumer<? super Tx, String> deleted = (_, _) -> {};

  CaCertificates(Account account, AccountShard registry, InstantSource clock, SecureRandom random) {
    this.account = account;
    this.registry = registry;
    this.clock = clock;
    this.random = random;
    this.code = new RegistrationCode(account, registry, random);
  }

  /** Proves to the account that a caller holds a CA's key. */
  public RegistrationCode registrationCode() {
    return code;
  }

  /** Refuses a template that newcomers cannot be provisioned by. */
  @FunctionalInterface
  public interface TemplateCheck {
    /**
     * @throws ApiException ResourceNotFound, InvalidRequest
     */
    void require(Rows registryRows, RegistrationTemplate template);
  }

  /** Has templates checked from now on, inside the commands that give them to CAs. */
  public void checkTemplates(TemplateCheck check) {
    templates = check;
  }

  /** Has the deletion of a CA told by its ARN, inside the command. */
  public void onDelete(BiConsumer<? super Tx, String> listener) {
    deleted = listener;
  }

  /** Whether there is a CA of this id, by rows of the registry shard. */
  public static boolean exists(Rows rows, String id) {
    return get(rows, id) != null;
  }

  /** Whether some CA provisions by a template of this name, by rows of the registry shard. */
  public static boolean uses(Rows rows, String template) {
    return !rows.scan(Tables.CA_BY_TEMPLATE, Key.of(template), null, 1).isEmpty();
  }

  /** How the newcomers of a CA are provisioned, or null when they only wait. Reads the disk. */
  public @Nullable RegistrationTemplate template(String id) {
    CaCertificateRow row = get(registry.durable(), id);
    return row == null ? null : row.template();
  }

  /**
   * RegisterCACertificate.
   *
   * @param verificationPem proof of possession of the CA's key: a certificate it signed whose
   *     common name is the registration code; needed in mode DEFAULT and refused in SNI_ONLY
   * @param template how its newcomers are provisioned, or null when they only wait
   * @param also is done with the CA's ARN inside the command
   * @return its description
   */
  public CaCertificateDescription register(
      String pem,
      @Nullable String verificationPem,
      boolean active,
      boolean autoRegistration,
      CertificateMode mode,
      @Nullable RegistrationTemplate template,
      BiConsumer<? super Tx, String> also) {
    Instant now = clock.instant();
    X509Certificate ca = ClientCertificates.parseCa(pem, now);
    X509Certificate proof = proof(verificationPem, mode);
    if (proof != null && !signed(ca, proof)) {
      throw new ApiException(
          AwsError.CERTIFICATE_VALIDATION,
          "verificationCertificate is not signed by the CA that is to be registered");
    }
    String id = ClientCertificates.id(ca);
    String generation = HexFormat.of().formatHex(random(GENERATION_BYTES));
    CaCertificateRow row =
        registry.call(
            tx -> {
              if (proof != null) {
                code.requireIn(tx, proof);
              }
              long millis = tx.now().toEpochMilli();
              CaCertificateRow made =
                  new CaCertificateRow(
                      ClientCertificates.der(ca),
                      active ? CaStatus.ACTIVE : CaStatus.INACTIVE,
                      autoRegistration,
                      mode,
                      millis,
                      millis,
                      1,
                      generation,
                      template);
              insert(tx, id, made, ca);
              use(tx, id, null, template);
              also.accept(tx, arn(id));
              return made;
            });
    return described(id, row);
  }

  /** Another template, or none, takes the place of a CA's former one. */
  private void use(
      Tx tx, String id, @Nullable RegistrationTemplate old, @Nullable RegistrationTemplate next) {
    if (Objects.equals(old, next)) {
      return;
    }
    if (old != null && old.name() != null) {
      tx.delete(Tables.CA_BY_TEMPLATE, Key.of(old.name(), id));
    }
    if (next != null) {
      templates.require(tx, next);
      if (next.name() != null) {
        tx.put(Tables.CA_BY_TEMPLATE, Key.of(next.name(), id), new byte[0]);
      }
    }
  }

  private static @Nullable X509Certificate proof(@Nullable String pem, CertificateMode mode) {
    return switch (mode) {
      case DEFAULT -> {
        if (pem == null) {
          throw new ApiException(
              AwsError.INVALID_REQUEST,
              "verificationCertificate is missing: sign one whose common name is the registration"
                  + " code (aws iot get-registration-code) with the CA, or use certificateMode"
                  + " SNI_ONLY");
        }
        yield ClientCertificates.single(pem, "verificationCertificate");
      }
      case SNI_ONLY -> {
        if (pem != null) {
          throw new ApiException(
              AwsError.INVALID_REQUEST,
              "certificateMode SNI_ONLY takes no verificationCertificate; leave it out");
        }
        yield null;
      }
    };
  }

  private void insert(Tx tx, String id, CaCertificateRow row, X509Certificate ca) {
    if (get(tx, id) != null) {
      throw new ApiException(
          AwsError.RESOURCE_ALREADY_EXISTS,
          "the CA is already registered as " + id,
          Map.of("resourceId", id, "resourceArn", arn(id)));
    }
    String subject = subject(ca);
    if (idsOf(tx, subject).size() >= SAME_SUBJECT_MAX) {
      throw new ApiException(
          AwsError.LIMIT_EXCEEDED,
          SAME_SUBJECT_MAX
              + " CAs with the subject "
              + ca.getSubjectX500Principal()
              + " are registered; delete one of them first");
    }
    tx.put(Tables.CA_CERTIFICATE, Key.of(id), Json.encode(row));
    tx.put(Tables.CA_BY_SUBJECT, Key.of(subject, id), new byte[0]);
    BY_DATE.insert(tx, row.createdMillis(), id);
    Expiry.insert(tx, Expiry.Of.CA, id, ca.getNotAfter().toInstant().toEpochMilli());
  }

  private static String subject(X509Certificate ca) {
    return hash(ca.getSubjectX500Principal().getEncoded());
  }

  private static String hash(byte[] name) {
    return ClientCertificates.sha256(name);
  }

  private static List<String> idsOf(Rows rows, String subject) {
    return rows.scan(Tables.CA_BY_SUBJECT, Key.of(subject), null, SAME_SUBJECT_MAX).stream()
        .map(CaCertificates::second)
        .toList();
  }

  /** DescribeCACertificate. */
  public CaCertificateDescription describe(String caId) {
    String id = caId.toLowerCase(Locale.ROOT);
    return described(id, require(registry.durable(), id));
  }

  /**
   * ListCACertificates.
   *
   * @param pageSize 1 to 250; null for 25
   */
  public Page<ListedCaCertificate> list(
      @Nullable Integer pageSize, @Nullable String marker, boolean ascending) {
    Rows rows = registry.durable();
    return list(rows, BY_DATE.list(rows, ascending, marker, Page.Size.OLDER.of(pageSize)));
  }

  /** The same of those that provision by a template, in the order of their ids. */
  public Page<ListedCaCertificate> listByTemplate(
      String template, @Nullable Integer pageSize, @Nullable String marker) {
    Rows rows = registry.durable();
    return list(
        rows,
        Page.read(
            rows,
            Tables.CA_BY_TEMPLATE,
            Key.of(template),
            Page.Size.OLDER.of(pageSize),
            marker,
            CaCertificates::second));
  }

  private static String second(Rows.Row row) {
    Key.Reader key = row.key().read();
    key.text();
    return key.text();
  }

  private Page<ListedCaCertificate> list(Rows rows, Page<String> page) {
    List<ListedCaCertificate> entries =
        page.items().stream()
            .mapMulti(
                (String id, Consumer<ListedCaCertificate> out) -> {
                  CaCertificateRow row = get(rows, id);
                  if (row != null) {
                    out.accept(
                        new ListedCaCertificate(
                            arn(id), id, row.status(), Instant.ofEpochMilli(row.createdMillis())));
                  }
                })
            .toList();
    return new Page<>(entries, page.next());
  }

  /**
   * UpdateCACertificate: certificates that it signed keep their own status.
   *
   * @param status null to leave it
   * @param autoRegistration null to leave it
   * @param template null to leave it
   * @param remove takes the template away and ends auto-registration
   */
  public void update(
      String caId,
      @Nullable CaStatus status,
      @Nullable Boolean autoRegistration,
      @Nullable RegistrationTemplate template,
      boolean remove) {
    if (remove && (template != null || Boolean.TRUE.equals(autoRegistration))) {
      throw new ApiException(
          AwsError.INVALID_REQUEST,
          "removeAutoRegistration cannot be combined with what it removes");
    }
    String id = caId.toLowerCase(Locale.ROOT);
    registry.call(
        tx -> {
          CaCertificateRow row = require(tx, id);
          CaStatus nextStatus = Objects.requireNonNullElse(status, row.status());
          boolean nextAuto =
              !remove && Objects.requireNonNullElse(autoRegistration, row.autoRegistration());
          RegistrationTemplate next = remove ? null : template == null ? row.template() : template;
          use(tx, id, row.template(), next);
          if (nextStatus != row.status()
              || nextAuto != row.autoRegistration()
              || !Objects.equals(next, row.template())) {
            tx.put(
                Tables.CA_CERTIFICATE,
                Key.of(id),
                Json.encode(row.with(nextStatus, nextAuto, next, tx.now().toEpochMilli())));
          }
          return true;
        });
  }

  /** DeleteCACertificate: certificates that it signed stay registered. */
  public void delete(String caId) {
    String id = caId.toLowerCase(Locale.ROOT);
    registry.call(
        tx -> {
          CaCertificateRow row = require(tx, id);
          if (row.status() == CaStatus.ACTIVE) {
            throw new ApiException(
                AwsError.CERTIFICATE_STATE,
                "CA " + id + " is ACTIVE; deactivate it before deleting it");
          }
          tx.delete(Tables.CA_CERTIFICATE, Key.of(id));
          tx.delete(Tables.CA_BY_SUBJECT, Key.of(subject(row.certificate()), id));
          BY_DATE.delete(tx, row.createdMillis(), id);
          Expiry.delete(
              tx, Expiry.Of.CA, id, row.certificate().getNotAfter().toInstant().toEpochMilli());
          use(tx, id, row.template(), null);
          deleted.accept(tx, arn(id));
          return true;
        });
  }

  /** The registered CAs that signed a certificate, active ones first. Reads the disk. */
  List<Issuer> issuersOf(Rows rows, X509Certificate certificate) {
    return idsOf(rows, hash(certificate.getIssuerX500Principal().getEncoded())).stream()
        .mapMulti(
            (String id, Consumer<Issuer> out) -> {
              CaCertificateRow row = get(rows, id);
              if (row != null && signed(row.certificate(), certificate)) {
                out.accept(new Issuer(id, row));
              }
            })
        .sorted(Comparator.comparing(issuer -> issuer.row().status()))
        .toList();
  }

  /**
   * The active CA that vouches for a certificate.
   *
   * @param caPem which one, or null when there is only one
   */
  Issuer vouching(X509Certificate certificate, @Nullable String caPem) {
    Rows rows = registry.durable();
    List<Issuer> issuers = issuersOf(rows, certificate);
    if (caPem != null) {
      X509Certificate named = ClientCertificates.single(caPem, "caCertificatePem");
      issuers = issuers.stream().filter(each -> each.row().isThat(named)).toList();
    }
    if (issuers.isEmpty()) {
      throw new ApiException(
          AwsError.CERTIFICATE_VALIDATION,
          "no CA of this account"
              + (caPem == null ? "" : " that is caCertificatePem")
              + " signed the certificate; register its issuer "
              + certificate.getIssuerX500Principal()
              + " first (aws iot register-ca-certificate)");
    }
    if (issuers.size() > 1) {
      throw new ApiException(
          AwsError.CERTIFICATE_CONFLICT,
          issuers.size()
              + " registered CAs have the name and key that signed the certificate; say which one"
              + " with caCertificatePem");
    }
    Issuer issuer = issuers.getFirst();
    if (issuer.row().status() != CaStatus.ACTIVE) {
      throw new ApiException(
          AwsError.CERTIFICATE_STATE,
          "CA " + issuer.id() + " is INACTIVE; activate it to register what it signed");
    }
    return issuer;
  }

  /** The registered CA that is this very certificate, or null. */
  static @Nullable CaCertificateRow get(Rows rows, String id) {
    byte[] row = rows.get(Tables.CA_CERTIFICATE, Key.of(id));
    return row == null ? null : Json.decode(row, CaCertificateRow.class);
  }

  /** Whether the key of one certificate signed the other. */
  static boolean signed(X509Certificate ca, X509Certificate certificate) {
    if (!certificate.getIssuerX500Principal().equals(ca.getSubjectX500Principal())) {
      return false;
    }
    try {
      certificate.verify(ca.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private CaCertificateRow require(Rows rows, String id) {
    CaCertificateRow row = get(rows, id);
    if (row == null) {
      throw new ApiException(
          AwsError.RESOURCE_NOT_FOUND, "there is no CA certificate " + id + " in this account");
    }
    return row;
  }

  private CaCertificateDescription described(String id, CaCertificateRow row) {
    X509Certificate certificate = row.certificate();
    return new CaCertificateDescription(
        arn(id),
        id,
        row.status(),
        row.autoRegistration(),
        Pem.certificate(row.der()),
        account.id(),
        Instant.ofEpochMilli(row.createdMillis()),
        Instant.ofEpochMilli(row.modifiedMillis()),
        row.version(),
        row.generation(),
        certificate.getNotBefore().toInstant(),
        certificate.getNotAfter().toInstant(),
        row.mode(),
        row.template());
  }

  private byte[] random(int bytes) {
    byte[] made = new byte[bytes];
    random.nextBytes(made);
    return made;
  }

  private String arn(String id) {
    return account.arn("cacert/" + id);
  }

  /** A registered CA and its id. */
  record Issuer(String id, CaCertificateRow row) {}
}
