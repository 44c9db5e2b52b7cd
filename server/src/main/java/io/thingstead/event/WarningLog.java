package io.thingstead.event;

import io.thingstead.account.Account;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Logs warnings and keeps the latest of each account for people to look at. */
public final class WarningLog implements Warnings {
  private static final System.Logger LOG = System.getLogger("thingstead.warnings");
  private static final int RECENT_MAX = 256;

  /** Warnings of an account that are remembered so that they are not repeated. */
  private static final int REMEMBERED_MAX = 10_000;

  private static final Duration QUIET = Duration.ofHours(1);

  private final InstantSource clock;
  private final Map<String, OfAccount> accounts = new ConcurrentHashMap<>();
  private volatile BiConsumer<Account, Warning> told = (_, _) -> {};
  private volatile Counted counted = (_, _, _) -> {};

  /** Hears of a new counter, once for each account and kind. */
  public interface Counted {
    void of(Account account, Warning.Kind kind, LongAdder count);
  }

  public WarningLog(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public void warn(Account account, Warning.Kind kind, String resource, String text) {
    OfAccount kept = accounts.computeIfAbsent(account.id().digits(), _ -> new OfAccount(account));
    Warning warning = new Warning(0, clock.instant(), kind, resource, text);
    Warning numbered = kept.add(warning);
    if (numbered == null) {
      return;
    }
    LOG.log(
        System.Logger.Level.WARNING,
        "{0} account={1} resource={2}: {3}",
        kind.wireName(),
        account.id(),
        resource,
        text);
    told.accept(account, numbered);
  }

  /** The latest warnings of an account, oldest first; at most 256. */
  public List<Warning> recent(Account account) {
    OfAccount kept = accounts.get(account.id().digits());
    return kept == null ? List.of() : kept.recent();
  }

  /** Has each warning told. Not to block. */
  public void onWarning(BiConsumer<Account, Warning> listener) {
    told = listener;
  }

  /** Has new counters told, for metrics. */
  public void onCounted(Counted listener) {
    counted = listener;
  }

  private final class OfAccount {
    private final Account owner;
    private final Map<Warning.Kind, LongAdder> counts = new EnumMap<>(Warning.Kind.class);
    private final ArrayDeque<Warning> recent = new ArrayDeque<>();
    private final Map<String, Long> lastMillis =
        new LinkedHashMap<>() {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > REMEMBERED_MAX;
          }
        };
    private long number = clock.millis();

    OfAccount(Account owner) {
      this.owner = owner;
    }

    /** The warning with its number, or null when it was told a short while ago. */
    synchronized @Nullable Warning add(Warning unnumbered) {
      LongAdder count = counts.computeIfAbsent(unnumbered.kind(), this::begin);
      long now = unnumbered.at().toEpochMilli();
      String key = unnumbered.kind() + " " + unnumbered.resource();
      Long last = lastMillis.get(key);
      if (last != null && now - last < QUIET.toMillis() && now >= last) {
        return null;
      }
      lastMillis.put(key, now);
      count.increment();
      Warning warning =
          new Warning(
              ++number,
              unnumbered.at(),
              unnumbered.kind(),
              unnumbered.resource(),
              unnumbered.text());
      if (recent.size() == RECENT_MAX) {
        recent.removeFirst();
      }
      recent.addLast(warning);
      return warning;
    }

    private LongAdder begin(Warning.Kind kind) {
      LongAdder count = new LongAdder();
      counted.of(owner, kind, count);
      return count;
    }

    synchronized List<Warning> recent() {
      return List.copyOf(recent);
    }
  }
}
