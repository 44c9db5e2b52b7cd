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
  private final Map<String, List<Entry>> byPrefix = new HashMap<>();
  private final int[] prefixLengths;
  private final BitSet needed = new BitSet();
  private final BitSet mentioned = new BitSet();

  /**
   * One resource of a statement, or a statement with NotResource.
   *
   * @param resource null for NotResource
   */
  record Entry(Clause clause, @Nullable Glob resource) {
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
        add("", new Entry(clause, null), lengths);
      } else {
        clause.resources().forEach(glob -> add(glob.prefix(), new Entry(clause, glob), lengths));
      }
      if (clause.effect() == Effect.ALLOW) {
        clause.needed(needed::set);
        clause.variables(mentioned::set);
      }
    }
    prefixLengths = lengths.stream().toArray();
  }

  private void add(String prefix, Entry entry, BitSet lengths) {
    byPrefix.computeIfAbsent(prefix, _ -> new ArrayList<>()).add(entry);
    lengths.set(prefix.length());
  }

  /** The first Deny that applies, else the first Allow, else null. */
  @Nullable Entry first(String resource, Values values) {
    Entry allow = null;
    Entry deny = null;
    for (int length : prefixLengths) {
      if (length > resource.length()) {
        break;
      }
      for (Entry entry : byPrefix.getOrDefault(resource.substring(0, length), List.of())) {
        Entry rival = entry.clause.effect() == Effect.DENY ? deny : allow;
        boolean cannotWin =
            rival != null && rival.clause.order() <= entry.clause.order()
                || deny != null && entry.clause.effect() == Effect.ALLOW;
        if (cannotWin || !entry.applies(resource, values)) {
          continue;
        }
        if (entry.clause.effect() == Effect.DENY) {
          deny = entry;
        } else {
          allow = entry;
        }
      }
    }
    return deny != null ? deny : allow;
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
