package io.thingstead.function;

import io.thingstead.account.Account;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.identity.MasterKey;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Limits;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The functions of an account, and what calls them. All methods may wait: for virtual threads, not
 * for event loops.
 */
public final class Functions implements FunctionCalls, AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Account account;
  private final FunctionHost host;
  private final FunctionTable table;
  private final FunctionStore store;
  private final Permissions permissions;
  private final Crew crew;
  private final Events events;
  private final Semaphore permits;
  private final Limits.Functions limits;
  private final BiFunction<String, String, RoleKeys> roles;
  private final Map<String, FunctionLog> logs = new ConcurrentHashMap<>();
  private final LongAdder runs = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder throttled = new LongAdder();

  /**
   * @param registry the account's registry shard
   * @param kept the account's rule shard, which holds asynchronous calls
   * @param roles the keys of a role: its ARN, and the function that gets them
   */
  public Functions(
      Account account,
      AccountShard registry,
      AccountShard kept,
      MasterKey master,
      RandomGenerator random,
      FunctionHost host,
      BiFunction<String, String, RoleKeys> roles) {
    this.account = account;
    this.host = host;
    this.roles = roles;
    limits = account.limits().functions();
    table = new FunctionTable(account, registry);
    store = new FunctionStore(account, table, master, random, host, this::requireRole);
    permissions = new Permissions(account, table, store);
    crew = new Crew(limits.concurrent());
    permits = new Semaphore(limits.concurrent(), true);
    events = new Events(this, kept, host, limits);
    store.onChange(
        name -> {
          crew.retire(name);
          if (FunctionTable.find(registry.durable(), name) == null) {
            logs.remove(name);
          }
        });
  }

  /** Takes up the asynchronous calls that a former run has left; before clients are let in. */
  public void start() {
    table.sweep();
    if (!table.shard().durable().scan(Tables.FUNCTION, Key.ALL, null, 1).isEmpty()) {
      host.warm();
    }
    events.recover();
  }

  public FunctionStore store() {
    return store;
  }

  public Permissions permissions() {
    return permissions;
  }

  private void requireRole(String role, String function) {
    try {
      var _ = roles.apply(role, function);
    } catch (ApiException e) {
      throw new ApiException(
          AwsError.INVALID_PARAMETER_VALUE,
          "The role defined for the function cannot be assumed by Lambda. " + e.text());
    }
  }

  /** The lines that a function has written lately. */
  public FunctionLog log(String function) {
    String name = FunctionName.parse(account, function, null).name();
    table.require(table.shard().durable(), name);
    return logOf(name);
  }

  private FunctionLog logOf(String name) {
    return logs.computeIfAbsent(name, _ -> new FunctionLog());
  }

  /** Calls that were begun. */
  public LongAdder runs() {
    return runs;
  }

  /** Those of them that the function did not answer. */
  public LongAdder failures() {
    return failures;
  }

  /** Calls that were refused because as many as may be were going on. */
  public LongAdder throttled() {
    return throttled;
  }

  /** Processes that run or wait for events. */
  public int processes() {
    return crew.processes();
  }

  /** Asynchronous calls that are not done. */
  public int pending() {
    return events.pending();
  }

  /**
   * Calls a function for a caller of the API and waits for its answer, as long as its own timeout
   * allows.
   *
   * @param qualifier null or {@code $LATEST}
   * @param clientContext JSON, or null
   * @throws ApiException when it was not called
   */
  public FunctionResult invoke(
      String function, @Nullable String qualifier, byte[] payload, @Nullable String clientContext) {
    FunctionName name = FunctionName.parse(account, function, qualifier);
    FunctionRow row = callable(name, payload, new Invoker.Api(), limits.payloadBytes());
    return run(name.name(), row, payload, clientContext, null);
  }

  @Override
  public FunctionResult invoke(
      String function, byte[] payload, Invoker invoker, Duration patience) {
    FunctionName name = FunctionName.parse(account, function, null);
    FunctionRow row = callable(name, payload, invoker, limits.payloadBytes());
    return run(name.name(), row, payload, null, patience);
  }

  @Override
  public void send(String function, byte[] payload, Invoker invoker) {
    send(function, null, payload, invoker);
  }

  /** As {@link #send(String, byte[], Invoker)}, with a qualifier: null or {@code $LATEST}. */
  public void send(String function, @Nullable String qualifier, byte[] payload, Invoker invoker) {
    FunctionName name = FunctionName.parse(account, function, qualifier);
    var _ = callable(name, payload, invoker, limits.eventBytes());
    events.keep(name.name(), payload);
  }

  /** Whether a call would be made. */
  public void dryRun(String function, @Nullable String qualifier) {
    var _ =
        table.require(
            table.shard().durable(), FunctionName.parse(account, function, qualifier).name());
  }

  private FunctionRow callable(FunctionName name, byte[] payload, Invoker invoker, int bytesMax) {
    FunctionRow row = table.require(table.shard().durable(), name.name());
    permissions.require(name.name(), row, invoker);
    host.require(Language.of(row.runtime()));
    if (payload.length > bytesMax) {
      throw new ApiException(
          AwsError.REQUEST_TOO_LARGE,
          payload.length
              + " byte payload is too large for the invocation type (limit "
              + bytesMax
              + " bytes)");
    }
    if (payload.length > 0) {
      try {
        var _ = JSON.readTree(payload);
      } catch (JacksonException e) {
        throw new ApiException(
            AwsError.INVALID_REQUEST_CONTENT,
            "Could not parse request body into json: " + e.getOriginalMessage());
      }
    }
    return row;
  }

  /** Makes a kept call; waits for a free place as long as it takes. */
  FunctionResult runKept(String name, byte[] payload) throws InterruptedException {
    permits.acquire();
    try {
      FunctionRow row = table.require(table.shard().durable(), name);
      host.require(Language.of(row.runtime()));
      return run(name, row, payload, null, Duration.ofDays(1), host.newId());
    } finally {
      permits.release();
    }
  }

  private FunctionResult run(
      String name,
      FunctionRow row,
      byte[] payload,
      @Nullable String clientContext,
      @Nullable Duration patience) {
    try {
      long begun = System.nanoTime();
      long wait = patience == null ? 0 : patience.toNanos();
      if (!permits.tryAcquire(wait, TimeUnit.NANOSECONDS)) {
        throttled.increment();
        throw new ApiException(
            AwsError.TOO_MANY_REQUESTS,
            "Rate Exceeded.: " + limits.concurrent() + " functions of the account run already",
            Map.of("Reason", "ConcurrentInvocationLimitExceeded"));
      }
      try {
        Duration left =
            patience == null ? Duration.ofDays(1) : patience.minusNanos(System.nanoTime() - begun);
        return run(name, row, payload, clientContext, left, host.newId());
      } finally {
        permits.release();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ApiException(AwsError.SERVICE_UNAVAILABLE, "the server stops");
    }
  }

  private FunctionResult run(
      String name,
      FunctionRow row,
      byte[] payload,
      @Nullable String clientContext,
      Duration patience,
      String id)
      throws InterruptedException {
    runs.increment();
    Worker worker =
        crew.take(
            name,
            row.revisionId(),
            host.clock().instant(),
            whenDead -> host.start(recipe(name, row), logOf(name), whenDead));
    FunctionResult result;
    boolean current = false;
    try {
      byte[] event = payload.length == 0 ? "{}".getBytes(StandardCharsets.US_ASCII) : payload;
      result = worker.run(Invocation.of(id, event, clientContext), patience);
      FunctionRow now = FunctionTable.find(table.shard().durable(), name);
      current = now != null && now.revisionId().equals(row.revisionId());
    } finally {
      crew.giveBack(worker, current);
    }
    if (result.failed()) {
      failures.increment();
    }
    return result;
  }

  private FunctionHost.Recipe recipe(String name, FunctionRow row) {
    return new FunctionHost.Recipe(
        account,
        name,
        row,
        store.environment(name, row),
        roles.apply(row.role(), name),
        () -> new CodeArchive(table.code(name, row), limits));
  }

  /** Ends processes that had nothing to do for long; to be called every few seconds. */
  public void tick() {
    crew.tick(host.clock().instant());
  }

  @Override
  public void close() {
    events.close();
    crew.close();
  }
}
