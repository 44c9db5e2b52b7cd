package io.thingstead.model.policy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The statements that speak of one action, found by the literal text their resources begin with:
 * the number of statements about other resources does not slow an answer.
 */
final class ActionIndex {
  /** So many prefixes are compared one by one, which makes no text of its own. */
  private static final int COMPARED_MAX = 8;

  private final Map<String, List<Entry>> byPrefix = new HashMap<>();
  private final List<Map.Entry<String, List<Entry>>> compared;
  private final int[] prefixLengths;
  private final BitSet needed = new BitSet();
  private final BitSet mentioned = new BitSet();

  /**
   * One resource of a statement, or a statement with NotResource.
   *
   * @param resource null for NotResource
   * @param plain what it decides, when it uses no variables
   */
  record Entry(Clause clause, @Nullable Glob resource, @Nullable Verdict plain) {
    static Entry of(Clause clause, @Nullable Glob resource) {
      BitSet used = new BitSet();
      clause.variables(resource, used::set);
      return new Entry(clause, resource, used.isEmpty() ? verdict(clause, Map.of()) : null);
    }

    static Verdict verdict(Clause clause, Map<String, String> variables) {
      return clause.effect() == Effect.ALLOW
          ? new Verdict.Allowed(clause.citation(), variables)
          : new Verdict.Denied(clause.citation(), variables);
    }

    boolean applies(String text, Values values) {
      return clause.covers(resource, text, values) && clause.conditionsHold(values);
    }
  }

  /**
   * @param action in lower case
   */
  ActionIndex(List<Clause> clauses, String action) {
    BitSet lengths = new BitSet();
    for (Clause clause : clauses) {
      if (!clause.speaksOf(action)) {
        continue;
      }
      if (clause.notResource()) {
        add("", Entry.of(clause, null), lengths);
      } else {
        clause.resources().forEach(glob -> add(glob.prefix(), Entry.of(clause, glob), lengths));
      }
      if (clause.effect() == Effect.ALLOW) {
        clause.needed(needed::set);
        clause.variables(mentioned::set);
      }
    }
    prefixLengths = lengths.stream().toArray();
    compared = byPrefix.size() <= COMPARED_MAX ? List.copyOf(byPrefix.entrySet()) : List.of();
  }

  private void add(String prefix, Entry entry, BitSet lengths) {
    byPrefix.computeIfAbsent(prefix, _ -> new ArrayList<>()).add(entry);
    lengths.set(prefix.length());
  }

  /** The first Deny that applies, else the first Allow, else null. */
  @Nullable Entry first(String resource, Values values) {
    Entry best = null;
    if (!compared.isEmpty()) {
      for (Map.Entry<String, List<Entry>> each : compared) {
        if (resource.startsWith(each.getKey())) {
          best = first(best, each.getValue(), resource, values);
        }
      }
      return best;
    }
    for (int length : prefixLengths) {
      if (length > resource.length()) {
        break;
      }
      List<Entry> found = byPrefix.get(resource.substring(0, length));
      if (found != null) {
        best = first(best, found, resource, values);
      }
    }
    return best;
  }

  private static @Nullable Entry first(
      @Nullable Entry before, List<Entry> entries, String resource, Values values) {
    Entry best = before;
    for (Entry entry : entries) {
      if (wins(entry, best) && entry.applies(resource, values)) {
        best = entry;
      }
    }
    return best;
  }

  /** A Deny wins over an Allow, and of two with the same effect the one that stands first. */
  private static boolean wins(Entry entry, @Nullable Entry over) {
    if (over == null) {
      return true;
    }
    Effect mine = entry.clause.effect();
    return mine == over.clause.effect()
        ? entry.clause.order() < over.clause.order()
        : mine == Effect.DENY;
  }

  /** The variables without which its Allow statements might not apply, by number. */
  BitSet needed() {
    return needed;
  }

  /** All variables of its Allow statements, by number. */
  BitSet mentioned() {
    return mentioned;
  }
}
