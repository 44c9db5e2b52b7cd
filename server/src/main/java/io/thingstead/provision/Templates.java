package io.thingstead.provision;

import io.thingstead.account.Account;
import io.thingstead.api.iot.CreateProvisioningTemplateRequest;
import io.thingstead.api.iot.CreateProvisioningTemplateResponse;
import io.thingstead.api.iot.CreateProvisioningTemplateVersionRequest;
import io.thingstead.api.iot.CreateProvisioningTemplateVersionResponse;
import io.thingstead.api.iot.DescribeProvisioningTemplateResponse;
import io.thingstead.api.iot.DescribeProvisioningTemplateVersionResponse;
import io.thingstead.api.iot.ListProvisioningTemplateVersionsResponse;
import io.thingstead.api.iot.ListProvisioningTemplatesResponse;
import io.thingstead.api.iot.ProvisioningHook;
import io.thingstead.api.iot.ProvisioningTemplateSummary;
import io.thingstead.api.iot.ProvisioningTemplateVersionSummary;
import io.thingstead.api.iot.TemplateType;
import io.thingstead.api.iot.UpdateProvisioningTemplateRequest;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.template.ProvisioningTemplate;
import io.thingstead.model.template.TemplateException;
import io.thingstead.registry.Tags;
import io.thingstead.row.Json;
import io.thingstead.row.Page;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The provisioning templates of one account and their versions. Methods wait for the registry
 * shard: for virtual threads, not for event loops. Spec: certificates-provisioning.md section 4.
 */
public final class Templates {
  private static final String HOOK_VERSION = "2020-04-01";

  private final Account account;
  private final AccountShard shard;
  private final BiPredicate<? super Tx, String> used;

  /**
   * @param shard the account's registry shard
   * @param used whether a CA provisions by the template of this name, asked inside the command
   */
  Templates(Account account, AccountShard shard, BiPredicate<? super Tx, String> used) {
    this.account = account;
    this.shard = shard;
    this.used = used;
  }

  /** Whether there is a template of this name, by rows of the registry shard. */
  public static boolean exists(Rows rows, String name) {
    return rows.get(Tables.TEMPLATE, Key.of(name)) != null;
  }

  /**
   * CreateProvisioningTemplate.
   *
   * @throws ApiException InvalidRequest saying where the text is no template;
   *     ResourceAlreadyExists; LimitExceeded
   */
  public CreateProvisioningTemplateResponse create(
      CreateProvisioningTemplateRequest in, Map<String, String> tags) {
    String name = in.templateName();
    TemplateType type = Objects.requireNonNullElse(in.type(), TemplateType.FLEET_PROVISIONING);
    read(in.templateBody(), use(type));
    ProvisioningHook hook = in.preProvisioningHook();
    requireHookable(type.name(), hook);
    int max = account.limits().provisioning().templates();
    shard.call(
        tx -> {
          if (exists(tx, name)) {
            throw new ApiException(
                AwsError.RESOURCE_ALREADY_EXISTS,
                "provisioning template " + name + " exists; update it or add a version",
                Map.of("resourceId", name, "resourceArn", arn(name)));
          }
          if (tx.scan(Tables.TEMPLATE, Key.ALL, null, max).size() >= max) {
            throw new ApiException(
                AwsError.LIMIT_EXCEEDED,
                max + " provisioning templates exist; delete one (limit provisioning.templates)");
          }
          long now = tx.now().toEpochMilli();
          put(
              tx,
              name,
              new TemplateRow(
                  type.name(),
                  in.description(),
                  Boolean.TRUE.equals(in.enabled()),
                  in.provisioningRoleArn(),
                  hook == null ? null : hook.targetArn(),
                  hook == null ? null : version(hook),
                  1,
                  1,
                  now,
                  now));
          putVersion(tx, name, 1, new VersionRow(in.templateBody(), now));
          Tags.attach(tx, arn(name), tags);
          return name;
        });
    return new CreateProvisioningTemplateResponse(arn(name), name, 1);
  }

  private static ProvisioningTemplate.Use use(TemplateType type) {
    return switch (type) {
      case FLEET_PROVISIONING -> ProvisioningTemplate.Use.FLEET;
      case JITP -> ProvisioningTemplate.Use.JUST_IN_TIME;
    };
  }

  /** A template's text, refused with InvalidRequest when it is none. */
  static ProvisioningTemplate read(String body, ProvisioningTemplate.Use use) {
    try {
      return ProvisioningTemplate.parse(body, use);
    } catch (TemplateException e) {
      throw new ApiException(AwsError.INVALID_REQUEST, "templateBody: " + e.text());
    }
  }

  private static void requireHookable(String type, @Nullable ProvisioningHook hook) {
    if (hook == null) {
      return;
    }
    if (!type.equals(TemplateType.FLEET_PROVISIONING.name())) {
      throw invalid("a preProvisioningHook is for templates of type FLEET_PROVISIONING only");
    }
    if (!version(hook).equals(HOOK_VERSION)) {
      throw invalid("the payloadVersion of a preProvisioningHook is " + HOOK_VERSION);
    }
  }

  private static String version(ProvisioningHook hook) {
    return Objects.requireNonNullElse(hook.payloadVersion(), HOOK_VERSION);
  }

  /** DescribeProvisioningTemplate. */
  public DescribeProvisioningTemplateResponse describe(String name) {
    Rows rows = shard.durable();
    TemplateRow row = require(rows, name);
    String hook = row.hookArn();
    return DescribeProvisioningTemplateResponse.builder()
        .templateArn(arn(name))
        .templateName(name)
        .description(row.description())
        .creationDate(Instant.ofEpochMilli(row.createdMillis()))
        .lastModifiedDate(Instant.ofEpochMilli(row.modifiedMillis()))
        .defaultVersionId(row.defaultVersion())
        .templateBody(requireVersion(rows, name, row.defaultVersion()).body())
        .enabled(row.enabled())
        .provisioningRoleArn(row.roleArn())
        .preProvisioningHook(hook == null ? null : new ProvisioningHook(row.hookVersion(), hook))
        .type(TemplateType.valueOf(row.type()))
        .build();
  }

  /** ListProvisioningTemplates, in the order of names. */
  public ListProvisioningTemplatesResponse list(
      @Nullable Integer maxResults, @Nullable String nextToken) {
    Page<ProvisioningTemplateSummary> page =
        Page.read(
            shard.durable(),
            Tables.TEMPLATE,
            Key.ALL,
            Page.Size.RESULTS.of(maxResults),
            nextToken,
            found -> {
              String name = found.key().read().text();
              TemplateRow row = Json.decode(found.value(), TemplateRow.class);
              return ProvisioningTemplateSummary.builder()
                  .templateArn(arn(name))
                  .templateName(name)
                  .description(row.description())
                  .creationDate(Instant.ofEpochMilli(row.createdMillis()))
                  .lastModifiedDate(Instant.ofEpochMilli(row.modifiedMillis()))
                  .enabled(row.enabled())
                  .type(TemplateType.valueOf(row.type()))
                  .build();
            });
    return new ListProvisioningTemplatesResponse(page.items(), page.next());
  }

  /**
   * UpdateProvisioningTemplate: what is not given stays.
   *
   * @throws ApiException ResourceNotFound for template or version; InvalidRequest
   */
  public void update(UpdateProvisioningTemplateRequest in) {
    String name = in.templateName();
    ProvisioningHook hook = in.preProvisioningHook();
    boolean unhook = Boolean.TRUE.equals(in.removePreProvisioningHook());
    if (hook != null && unhook) {
      throw invalid("removePreProvisioningHook cannot be combined with preProvisioningHook");
    }
    shard.call(
        tx -> {
          TemplateRow old = require(tx, name);
          requireHookable(old.type(), hook);
          int version = Objects.requireNonNullElse(in.defaultVersionId(), old.defaultVersion());
          requireVersion(tx, name, version);
          put(
              tx,
              name,
              new TemplateRow(
                  old.type(),
                  in.description() == null ? old.description() : in.description(),
                  Objects.requireNonNullElse(in.enabled(), old.enabled()),
                  Objects.requireNonNullElse(in.provisioningRoleArn(), old.roleArn()),
                  unhook ? null : hook == null ? old.hookArn() : hook.targetArn(),
                  unhook ? null : hook == null ? old.hookVersion() : version(hook),
                  version,
                  old.lastVersion(),
                  old.createdMillis(),
                  tx.now().toEpochMilli()));
          return name;
        });
  }

  /**
   * DeleteProvisioningTemplate, with all its versions.
   *
   * @throws ApiException DeleteConflict while a CA provisions by it
   */
  public void delete(String name) {
    shard.call(
        tx -> {
          require(tx, name);
          if (used.test(tx, name)) {
            throw new ApiException(
                AwsError.DELETE_CONFLICT,
                "a CA provisions by template "
                    + name
                    + "; take it from the CA first (aws iot update-ca-certificate"
                    + " --remove-auto-registration)");
          }
          tx.delete(Tables.TEMPLATE, Key.of(name));
          tx.deleteAll(Tables.VERSION, Key.of(name));
          Tags.forget(tx, arn(name));
          return name;
        });
  }

  /**
   * CreateProvisioningTemplateVersion.
   *
   * @throws ApiException VersionsLimitExceeded, InvalidRequest, ResourceNotFound
   */
  public CreateProvisioningTemplateVersionResponse createVersion(
      CreateProvisioningTemplateVersionRequest in) {
    String name = in.templateName();
    TemplateType type = TemplateType.valueOf(require(shard.durable(), name).type());
    read(in.templateBody(), use(type));
    boolean first = Boolean.TRUE.equals(in.setAsDefault());
    int max = account.limits().provisioning().versions();
    int number =
        shard.call(
            tx -> {
              TemplateRow old = require(tx, name);
              if (tx.scan(Tables.VERSION, Key.of(name), null, max).size() >= max) {
                throw new ApiException(
                    AwsError.VERSIONS_LIMIT_EXCEEDED,
                    "provisioning template %s has %d versions; delete one first"
                        .formatted(name, max));
              }
              long now = tx.now().toEpochMilli();
              int next = old.lastVersion() + 1;
              put(tx, name, old.versioned(first ? next : old.defaultVersion(), next, now));
              putVersion(tx, name, next, new VersionRow(in.templateBody(), now));
              return next;
            });
    return new CreateProvisioningTemplateVersionResponse(arn(name), name, number, first);
  }

  /** DescribeProvisioningTemplateVersion. */
  public DescribeProvisioningTemplateVersionResponse describeVersion(String name, int version) {
    Rows rows = shard.durable();
    TemplateRow row = require(rows, name);
    VersionRow found = requireVersion(rows, name, version);
    return new DescribeProvisioningTemplateVersionResponse(
        version,
        Instant.ofEpochMilli(found.createdMillis()),
        found.body(),
        row.defaultVersion() == version);
  }

  /** ListProvisioningTemplateVersions, the oldest first. */
  public ListProvisioningTemplateVersionsResponse listVersions(
      String name, @Nullable Integer maxResults, @Nullable String nextToken) {
    Rows rows = shard.durable();
    TemplateRow row = require(rows, name);
    Page<ProvisioningTemplateVersionSummary> page =
        Page.read(
            rows,
            Tables.VERSION,
            Key.of(name),
            Page.Size.RESULTS.of(maxResults),
            nextToken,
            found -> {
              Key.Reader key = found.key().read();
              key.text();
              int number = (int) key.number();
              VersionRow version = Json.decode(found.value(), VersionRow.class);
              return new ProvisioningTemplateVersionSummary(
                  number,
                  Instant.ofEpochMilli(version.createdMillis()),
                  row.defaultVersion() == number);
            });
    return new ListProvisioningTemplateVersionsResponse(page.items(), page.next());
  }

  /**
   * DeleteProvisioningTemplateVersion.
   *
   * @throws ApiException DeleteConflict for the default version
   */
  public void deleteVersion(String name, int version) {
    shard.call(
        tx -> {
          TemplateRow row = require(tx, name);
          requireVersion(tx, name, version);
          if (row.defaultVersion() == version) {
            throw new ApiException(
                AwsError.DELETE_CONFLICT,
                "version %d is the default of provisioning template %s; make another the default"
                    .formatted(version, name));
          }
          tx.delete(Tables.VERSION, Key.of(name, version));
          return name;
        });
  }

  /**
   * A template as devices use it.
   *
   * @param hookArn the function that is asked first, or null
   */
  record InForce(
      String arn, boolean enabled, @Nullable String hookArn, ProvisioningTemplate template) {}

  /** The default version of a template of this type, or null when there is none. Reads the disk. */
  @Nullable InForce find(String name, TemplateType type) {
    Rows rows = shard.durable();
    byte[] stored = rows.get(Tables.TEMPLATE, Key.of(name));
    TemplateRow row = stored == null ? null : Json.decode(stored, TemplateRow.class);
    if (row == null || !row.type().equals(type.name())) {
      return null;
    }
    String body = requireVersion(rows, name, row.defaultVersion()).body();
    return new InForce(arn(name), row.enabled(), row.hookArn(), read(body, use(type)));
  }

  /**
   * A template of this type, refused with ResourceNotFound or InvalidRequest when there is none.
   */
  static void require(Rows rows, String name, TemplateType type) {
    TemplateRow row = require(rows, name);
    if (!row.type().equals(type.name())) {
      throw invalid(
          "provisioning template %s is of type %s, not %s".formatted(name, row.type(), type));
    }
  }

  private static TemplateRow require(Rows rows, String name) {
    byte[] stored = rows.get(Tables.TEMPLATE, Key.of(name));
    if (stored == null) {
      throw new ApiException(
          AwsError.RESOURCE_NOT_FOUND, "there is no provisioning template " + name);
    }
    return Json.decode(stored, TemplateRow.class);
  }

  private static VersionRow requireVersion(Rows rows, String name, int version) {
    byte[] stored = version < 0 ? null : rows.get(Tables.VERSION, Key.of(name, version));
    if (stored == null) {
      throw new ApiException(
          AwsError.RESOURCE_NOT_FOUND,
          "provisioning template " + name + " has no version " + version);
    }
    return Json.decode(stored, VersionRow.class);
  }

  private static void put(Tx tx, String name, TemplateRow row) {
    tx.put(Tables.TEMPLATE, Key.of(name), Json.encode(row));
  }

  private static void putVersion(Tx tx, String name, int version, VersionRow row) {
    tx.put(Tables.VERSION, Key.of(name, version), Json.encode(row));
  }

  private String arn(String name) {
    return account.arn("provisioningtemplate/" + name);
  }

  static ApiException invalid(String message) {
    return new ApiException(AwsError.INVALID_REQUEST, message);
  }
}
