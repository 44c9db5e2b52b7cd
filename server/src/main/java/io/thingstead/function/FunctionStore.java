package io.thingstead.function;

import io.thingstead.account.Account;
import io.thingstead.api.lambda.Architecture;
import io.thingstead.api.lambda.CreateFunctionRequest;
import io.thingstead.api.lambda.EnvironmentResponse;
import io.thingstead.api.lambda.EphemeralStorage;
import io.thingstead.api.lambda.FunctionConfiguration;
import io.thingstead.api.lambda.LastUpdateStatus;
import io.thingstead.api.lambda.ListFunctionsRequest;
import io.thingstead.api.lambda.ListFunctionsResponse;
import io.thingstead.api.lambda.PackageType;
import io.thingstead.api.lambda.Runtime;
import io.thingstead.api.lambda.State;
import io.thingstead.api.lambda.UpdateFunctionCodeRequest;
import io.thingstead.api.lambda.UpdateFunctionConfigurationRequest;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.identity.MasterKey;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.row.Json;
import io.thingstead.row.Page;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The functions of an account as they are stored. All methods wait for the registry shard: for
 * virtual threads.
 */
public final class FunctionStore {
  private static final Page.Size LISTED = new Page.Size("MaxItems", 50, 10_000);
  private static final DateTimeFormatter MODIFIED =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSxx").withZone(ZoneOffset.UTC);

  private final Account account;
  private final FunctionTable table;
  private final MasterKey master;
  private final RandomGenerator random;
  private final FunctionHost host;
  private final BiConsumer<String, String> roles;
  private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

  /**
   * @param roles refuses a role that a function cannot have: its ARN, and the function's name
   */
  FunctionStore(
      Account account,
      FunctionTable table,
      MasterKey master,
      RandomGenerator random,
      FunctionHost host,
      BiConsumer<String, String> roles) {
    this.account = account;
    this.table = table;
    this.master = master;
    this.random = random;
    this.host = host;
    this.roles = roles;
  }

  /** Calls back with the name of a function whose code, configuration or existence changed. */
  void onChange(Consumer<String> listener) {
    listeners.add(listener);
  }

  private void changed(String name) {
    listeners.forEach(listener -> listener.accept(name));
  }

  String newRevision() {
    return new UUID(random.nextLong(), random.nextLong()).toString();
  }

  /** Stores a function and its code; nothing of it runs yet. */
  public FunctionConfiguration create(CreateFunctionRequest in) {
    String name = FunctionName.parse(account, in.functionName(), null).name();
    FunctionSettings settings = FunctionSettings.of(in);
    host.require(Language.of(settings.runtime()));
    roles.accept(settings.role(), name);
    byte[] zip = archive(in.code().zipFile());
    String sha256 = FunctionTable.sha256(zip);
    if (FunctionTable.find(table.shard().durable(), name) != null) {
      throw exists(name);
    }
    table.keep(name, sha256, zip);
    FunctionRow made =
        table
            .shard()
            .call(
                tx -> {
                  if (FunctionTable.find(tx, name) != null) {
                    throw exists(name);
                  }
                  int most = account.limits().functions().functions();
                  if (tx.scan(Tables.FUNCTION, Key.ALL, null, most).size() >= most) {
                    throw new ApiException(
                        AwsError.CODE_STORAGE_EXCEEDED,
                        "the account has " + most + " functions, as many as it may have");
                  }
                  FunctionRow row =
                      settings.row(
                          seal(name, settings.environment()),
                          sha256,
                          zip.length,
                          tx.now().toEpochMilli(),
                          newRevision(),
                          in.tags() == null ? Map.of() : in.tags(),
                          List.of());
                  FunctionTable.put(tx, name, row);
                  return row;
                });
    changed(name);
    return configuration(name, made);
  }

  private ApiException exists(String name) {
    return new ApiException(AwsError.RESOURCE_CONFLICT, "Function already exist: " + name);
  }

  private byte[] archive(byte @Nullable [] zip) {
    if (zip == null) {
      throw new ApiException(
          AwsError.INVALID_PARAMETER_VALUE,
          "Please provide a source for function code: ZipFile; code in S3 or images do not run"
              + " here");
    }
    new CodeArchive(zip, account.limits().functions()).check();
    return zip;
  }

  private byte @Nullable [] seal(String name, Map<String, String> environment) {
    return environment.isEmpty()
        ? null
        : master.seal(Json.encode(new TreeMap<>(environment)), context(name));
  }

  private String context(String name) {
    return "function/" + account.id() + "/" + name;
  }

  Map<String, String> environment(String name, FunctionRow row) {
    byte[] sealed = row.sealedEnvironment();
    if (sealed == null) {
      return Map.of();
    }
    byte[] json = master.open(sealed, context(name));
    return Json.decode(
            ("{\"variables\":" + new String(json, StandardCharsets.UTF_8) + "}")
                .getBytes(StandardCharsets.UTF_8),
            Variables.class)
        .variables();
  }

  private record Variables(Map<String, String> variables) {}

  /** Replaces the code; calls that run go on with the old one, further ones have the new one. */
  public FunctionConfiguration updateCode(UpdateFunctionCodeRequest in) {
    String name = FunctionName.parse(account, in.functionName(), null).name();
    table.require(table.shard().durable(), name);
    byte[] zip = archive(in.zipFile());
    String sha256 = FunctionTable.sha256(zip);
    if (Boolean.TRUE.equals(in.dryRun())) {
      FunctionRow now = table.require(table.shard().durable(), name);
      return configuration(
          name, now.coded(sha256, zip.length, now.modifiedMillis(), now.revisionId()));
    }
    table.keep(name, sha256, zip);
    FunctionRow made =
        table
            .shard()
            .call(
                tx -> {
                  FunctionRow before = table.require(tx, name);
                  requireRevision(in.revisionId(), before);
                  if (!before.codeSha256().equals(sha256)) {
                    FunctionTable.forget(tx, name, before.codeSha256());
                  }
                  FunctionRow row =
                      before.coded(sha256, zip.length, tx.now().toEpochMilli(), newRevision());
                  FunctionTable.put(tx, name, row);
                  return row;
                });
    changed(name);
    return configuration(name, made);
  }

  static void requireRevision(@Nullable String asked, FunctionRow row) {
    if (asked != null && !asked.equals(row.revisionId())) {
      throw new ApiException(
          AwsError.PRECONDITION_FAILED,
          "The RevisionId provided does not match the latest RevisionId. Call the GetFunction or"
              + " the GetAlias API to retrieve the latest RevisionId");
    }
  }

  public FunctionConfiguration updateConfiguration(UpdateFunctionConfigurationRequest in) {
    String name = FunctionName.parse(account, in.functionName(), null).name();
    if (in.role() != null) {
      roles.accept(in.role(), name);
    }
    FunctionRow made =
        table
            .shard()
            .call(
                tx -> {
                  FunctionRow before = table.require(tx, name);
                  requireRevision(in.revisionId(), before);
                  FunctionSettings settings =
                      FunctionSettings.of(before, environment(name, before), in);
                  FunctionRow row =
                      settings.row(
                          seal(name, settings.environment()),
                          before.codeSha256(),
                          before.codeBytes(),
                          tx.now().toEpochMilli(),
                          newRevision(),
                          before.tags(),
                          before.permissions());
                  FunctionTable.put(tx, name, row);
                  return row;
                });
    changed(name);
    return configuration(name, made);
  }

  /** What GetFunctionConfiguration tells. */
  public FunctionConfiguration configuration(String function, @Nullable String qualifier) {
    String name = FunctionName.parse(account, function, qualifier).name();
    return configuration(name, table.require(table.shard().durable(), name));
  }

  /** The function's tags. */
  public Map<String, String> tags(String function) {
    String name = FunctionName.parse(account, function, null).name();
    return table.require(table.shard().durable(), name).tags();
  }

  /** Its archive. */
  public byte[] code(String function) {
    String name = FunctionName.parse(account, function, null).name();
    return table.code(name, table.require(table.shard().durable(), name));
  }

  /** Forgets it and its code; runs of it are stopped. */
  public void delete(String function, @Nullable String qualifier) {
    String name = FunctionName.parse(account, function, null).name();
    if (qualifier != null) {
      throw new ApiException(
          AwsError.INVALID_PARAMETER_VALUE,
          "$LATEST version cannot be deleted without deleting the function.");
    }
    table
        .shard()
        .call(
            tx -> {
              FunctionRow row = table.require(tx, name);
              FunctionTable.forget(tx, name, row.codeSha256());
              tx.delete(Tables.FUNCTION, Key.of(name));
              return name;
            });
    changed(name);
  }

  public ListFunctionsResponse list(ListFunctionsRequest in) {
    List<FunctionConfiguration> found = new ArrayList<>();
    Page<FunctionConfiguration> page =
        Page.read(
            table.shard().durable(),
            Tables.FUNCTION,
            Key.ALL,
            LISTED.of(in.maxItems()),
            in.marker(),
            this::listed);
    found.addAll(page.items());
    return new ListFunctionsResponse(page.next(), found);
  }

  private FunctionConfiguration listed(Rows.Row row) {
    return configuration(row.key().read().text(), Json.decode(row.value(), FunctionRow.class));
  }

  private FunctionConfiguration configuration(String name, FunctionRow row) {
    Map<String, String> environment = environment(name, row);
    return FunctionConfiguration.builder()
        .functionName(name)
        .functionArn(FunctionName.arn(account, name))
        .runtime(Runtime.of(row.runtime()))
        .role(row.role())
        .handler(row.handler())
        .codeSize(row.codeBytes())
        .description(row.description())
        .timeout(row.timeoutSeconds())
        .memorySize(row.memoryMiB())
        .lastModified(MODIFIED.format(Instant.ofEpochMilli(row.modifiedMillis())))
        .codeSha256(Base64.getEncoder().encodeToString(HexFormat.of().parseHex(row.codeSha256())))
        .version(FunctionName.LATEST)
        .environment(environment.isEmpty() ? null : new EnvironmentResponse(environment, null))
        .revisionId(row.revisionId())
        .state(State.ACTIVE)
        .lastUpdateStatus(LastUpdateStatus.SUCCESSFUL)
        .packageType(PackageType.ZIP)
        .architectures(List.of(architecture()))
        .ephemeralStorage(new EphemeralStorage(row.temporaryMiB()))
        .build();
  }

  /** This machine's: the code runs here. */
  private static Architecture architecture() {
    return System.getProperty("os.arch", "").contains("aarch64")
        ? Architecture.ARM64
        : Architecture.X86_64;
  }
}
