package io.thingstead.event;

import io.thingstead.account.Account;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;

/**
 * Logs refusals, so many each second and account; the rest of that second is summed up in one line
 * once the next second's first refusal comes, or {@link #flush} is called. Keeps the latest of each
 * account for people to look at. Nothing here grows with the number of refusals.
 */
public final class RefusalLog implements Refusals {
  private static final System.Logger LOG = System.getLogger("thingstead.refusals");
  private static final int RECENT_MAX = 256;
  private static final int TEXT_MAX = 512;

  private final InstantSource clock;
  private final int perSecond;
  private final Map<String, OfAccount> accounts = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

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
      String why) {
    Refusal refusal =
        new Refusal(clock.instant(), action, cut(client), cut(resource), cut(principal), cut(why));
    // Actions are ours, not the caller's, so that there are only so many counters.
    counts.computeIfAbsent(action, _ -> new LongAdder()).increment();
    String id = account.id().digits();
    accounts.computeIfAbsent(id, _ -> new OfAccount(id)).add(refusal);
  }

  private static String cut(String text) {
    return text.length() <= TEXT_MAX ? text : text.substring(0, TEXT_MAX) + "…";
  }

  /** The latest refusals of an account, oldest first; at most 256. */
  public List<Refusal> recent(Account account) {
    OfAccount kept = accounts.get(account.id().digits());
    return kept == null ? List.of() : kept.recent();
  }

  /** Refusals since the start, by action, for metrics. */
  public void counts(BiConsumer<String, Long> reader) {
    counts.forEach((action, count) -> reader.accept(action, count.sum()));
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
    if (canBeExplained(refusal)) {
      line.append(" (try: ./thingstead why ")
          .append(Words.quoted(refusal.client()))
          .append(' ')
          .append(refusal.action());
      if (!refusal.resource().isEmpty()) {
        line.append(' ').append(Words.quoted(refusal.resource()));
      }
      line.append(')');
    }
    return line.toString();
  }

  private static boolean canBeExplained(Refusal refusal) {
    return !refusal.client().isEmpty()
        && switch (refusal.action().toLowerCase(Locale.ROOT)) {
          case "connect", "publish", "subscribe", "receive", "retain" -> true;
          default -> false;
        };
  }

  private static void pair(StringBuilder line, String key, String value) {
    if (!value.isEmpty()) {
      line.append(' ').append(key).append('=').append(Words.quoted(value));
    }
  }

  private final class OfAccount {
    private final String account;
    private final ArrayDeque<Refusal> recent = new ArrayDeque<>();
    private long second;
    private int logged;
    private long leftOut;

    OfAccount(String account) {
      this.account = account;
    }

    synchronized void add(Refusal refusal) {
      if (recent.size() == RECENT_MAX) {
        recent.removeFirst();
      }
      recent.addLast(refusal);
      flush(refusal.at().getEpochSecond());
      if (logged < perSecond) {
        logged++;
        LOG.log(System.Logger.Level.INFO, () -> line(refusal));
      } else {
        leftOut++;
      }
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
