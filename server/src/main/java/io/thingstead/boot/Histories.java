package io.thingstead.boot;

import io.thingstead.account.Account;
import io.thingstead.broker.Broker;
import io.thingstead.broker.Counters;
import io.thingstead.engine.AccountShard;
import io.thingstead.event.RefusalLog;
import io.thingstead.metrics.History;
import io.thingstead.metrics.Series;
import io.thingstead.model.AccountId;
import io.thingstead.operation.Features;
import io.thingstead.rules.RuleStats;
import io.thingstead.rules.Rules;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** The history of every account. Any thread may call it. */
final class Histories implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Histories.class.getName());
  private static final int CLOSE_SECONDS_MAX = 2;

  private final Supplier<List<Features>> accounts;
  private final Function<Account, AccountShard> shards;
  private final RefusalLog refusals;
  private final InstantSource clock;
  private final Map<AccountId, History> histories = new ConcurrentHashMap<>();

  /**
   * @param accounts all there are at the time
   * @param shards where an account's rows are
   */
  Histories(
      Supplier<List<Features>> accounts,
      Function<Account, AccountShard> shards,
      RefusalLog refusals,
      InstantSource clock) {
    this.accounts = accounts;
    this.shards = shards;
    this.refusals = refusals;
    this.clock = clock;
  }

  private EnumMap<Series, LongSupplier> sources(Features features) {
    Broker broker = features.broker();
    Counters counters = broker.counters();
    Rules rules = features.rules();
    EnumMap<Series, LongSupplier> all = new EnumMap<>(Series.class);
    all.put(Series.CONNECTIONS, broker.clients()::online);
    all.put(Series.QUEUED, broker::queuedMessages);
    all.put(Series.MESSAGES_IN, counters.published::sum);
    all.put(Series.MESSAGES_OUT, counters.delivered::sum);
    all.put(Series.BYTES_IN, counters.bytesIn::sum);
    all.put(Series.BYTES_OUT, counters.bytesOut::sum);
    all.put(Series.REFUSED, () -> refusals.total(features.account()));
    all.put(
        Series.LOST,
        () ->
            counters.dropped.sum()
                + counters.overflowed.sum()
                + counters.congested.sum()
                + rules.total(RuleStats::dropped));
    all.put(Series.RULES_DONE, () -> rules.total(RuleStats::actionsDone));
    all.put(
        Series.RULES_FAILED,
        () -> rules.total(RuleStats::actionsFailed) + rules.total(RuleStats::failures));
    return all;
  }

  /** Looks from now on, in the middle of each second: late is still in it. */
  void start(ScheduledExecutorService looks) {
    var _ =
        looks.scheduleAtFixedRate(
            this::tick, 1500 - clock.millis() % 1000, 1000, TimeUnit.MILLISECONDS);
  }

  /** A look; reads the disk when an account is new. */
  void tick() {
    long now = clock.instant().getEpochSecond();
    accounts.get().forEach(each -> of(each).sample(now));
  }

  private History of(Features features) {
    Account account = features.account();
    return histories.computeIfAbsent(
        account.id(),
        _ ->
            new History(
                shards.apply(account), sources(features), clock.instant().getEpochSecond()));
  }

  /** That of an account that is open; begins with what a former run has left. */
  History of(Account account) {
    return accounts.get().stream()
        .filter(each -> each.account().id().equals(account.id()))
        .findFirst()
        .map(this::of)
        .orElseThrow(() -> new IllegalStateException("account " + account.id() + " is not open"));
  }

  /** Keeps the minute that goes on; to be called while the engine runs. */
  @Override
  public void close() {
    CompletableFuture<?>[] kept =
        histories.values().stream().map(History::keep).toArray(CompletableFuture[]::new);
    try {
      CompletableFuture.allOf(kept).orTimeout(CLOSE_SECONDS_MAX, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      LOG.log(System.Logger.Level.DEBUG, "the last minute is not kept", e);
    }
  }
}
