package io.thingstead.event;

import io.thingstead.account.Account;
import io.thingstead.model.policy.Ruling;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Logs refusals, so many each second and account; the rest of that second is summed up in one line
 * once the next second's first refusal comes, or {@link #flush} is called. Keeps the latest of each
 * account for people to look at. Nothing here grows with the number of refusals.
 */
public final class RefusalLog implements Refusals {
  private static final System.Logger LOG = System.getLogger("thingstead.refusals");
  private static final int RECENT_MAX = 256;
  private static final int TEXT_MAX = 512;
  private static final int VARIABLES_MAX = 32;

  private final InstantSource clock;
  private final int perSecond;
  private final Map<String, OfAccount> accounts = new ConcurrentHashMap<>();
  private volatile BiConsumer<Account, Refusal> told = (_, _) -> {};
  private volatile Counted counted = (_, _, _) -> {};

  /** Hears of a new counter, once for each account and action. */
  public interface Counted {
    void of(Account account, String action, LongAdder count);
  }

  /**
   * @param perSecond lines per second and account
   */
  public RefusalLog(InstantSource clock, int perSecond) {
    this.clock = clock;
    this.perSecond = perSecond;
  }

  @Override
  public void refused(
      Account account,
      String action,
      String client,
      String resource,
      String principal,
      Reason why) {
    String id = account.id().digits();
    OfAccount kept = accounts.computeIfAbsent(id, _ -> new OfAccount(account));
    // Actions are ours, not the caller's, so that there are only so many counters.
    kept.counts.computeIfAbsent(action, kept::begin).increment();
    Refusal refusal =
        new Refusal(
            0,
            clock.instant(),
            action,
            cut(client),
            cut(resource),
            cut(principal),
            cut(why.text()),
            cut(why.ruling()));
    Refusal logged = kept.add(refusal);
    if (logged != null) {
      told.accept(account, logged);
    }
  }

  private static String cut(String text) {
    return text.length() <= TEXT_MAX ? text : text.substring(0, TEXT_MAX) + "…";
  }

  /** Topics and client ids may be long, and so many are kept. */
  private static @Nullable Ruling cut(@Nullable Ruling ruling) {
    if (ruling == null) {
      return null;
    }
    Map<String, String> variables = new LinkedHashMap<>();
    ruling.variables().entrySet().stream()
        .limit(VARIABLES_MAX)
        .forEach(each -> variables.put(cut(each.getKey()), cut(each.getValue())));
    return new Ruling(
        ruling.outcome(),
        ruling.action(),
        cut(ruling.resource()),
        ruling.statement(),
        ruling.policies(),
        variables,
        ruling.unresolved().stream().limit(VARIABLES_MAX).map(RefusalLog::cut).toList());
  }

  /** The latest refusals of an account, oldest first; at most 256. */
  public List<Refusal> recent(Account account) {
    OfAccount kept = accounts.get(account.id().digits());
    return kept == null ? List.of() : kept.recent();
  }

  /** How many refusals of an account there were since the start, also those that are not kept. */
  public long total(Account account) {
    OfAccount kept = accounts.get(account.id().digits());
    return kept == null ? 0 : kept.counts.values().stream().mapToLong(LongAdder::sum).sum();
  }

  /** Has each refusal told that is also logged: so many a second and account. Not to block. */
  public void onRefusal(BiConsumer<Account, Refusal> listener) {
    told = listener;
  }

  /** Has new counters told, for metrics. */
  public void onCounted(Counted listener) {
    counted = listener;
  }

  /** Tells of what has been left out although no further refusal came: call it now and then. */
  public void flush() {
    long second = clock.instant().getEpochSecond();
    accounts.values().forEach(each -> each.flush(second));
  }

  /** The line of a refusal (design.md section 8). */
  static String line(Refusal refusal) {
    StringBuilder line = new StringBuilder("refused ").append(refusal.action());
    pair(line, "client", refusal.client());
    pair(line, refusal.resource().startsWith("arn:") ? "resource" : "topic", refusal.resource());
    if (refusal.client().isEmpty()) {
      pair(line, "principal", refusal.principal());
    }
    line.append(": ").append(refusal.why());
    String command = refusal.command();
    if (command != null) {
      line.append(" (try: ").append(command).append(')');
    }
    return line.toString();
  }

  private static void pair(StringBuilder line, String key, String value) {
    if (!value.isEmpty()) {
      line.append(' ').append(key).append('=').append(Words.quoted(value));
    }
  }

  private final class OfAccount {
    private final Account owner;
    private final String account;
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
    private final ArrayDeque<Refusal> recent = new ArrayDeque<>();
    private long number = clock.millis();
    private long second;
    private int logged;
    private long leftOut;

    OfAccount(Account owner) {
      this.owner = owner;
      this.account = owner.id().digits();
    }

    LongAdder begin(String action) {
      LongAdder count = new LongAdder();
      counted.of(owner, action, count);
      return count;
    }

    /** The refusal with its number if it was logged, else null. */
    synchronized @Nullable Refusal add(Refusal unnumbered) {
      Refusal refusal = unnumbered.numbered(++number);
      if (recent.size() == RECENT_MAX) {
        recent.removeFirst();
      }
      recent.addLast(refusal);
      flush(refusal.at().getEpochSecond());
      if (logged < perSecond) {
        logged++;
        LOG.log(System.Logger.Level.INFO, () -> line(refusal));
        return refusal;
      }
      leftOut++;
      return null;
    }

    synchronized void flush(long now) {
      if (now == second) {
        return;
      }
      if (leftOut > 0) {
        String summary =
            "refused "
                + leftOut
                + " more in one second account="
                + account
                + " (more than refusals-per-second="
                + perSecond
                + " are counted, not logged)";
        LOG.log(System.Logger.Level.WARNING, () -> summary);
      }
      second = now;
      logged = 0;
      leftOut = 0;
    }

    synchronized List<Refusal> recent() {
      return List.copyOf(recent);
    }
  }
}
