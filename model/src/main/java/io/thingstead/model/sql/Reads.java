package io.thingstead.model.sql;

import java.util.HashSet;
import java.util.Set;

/**
 * Which top-level members of a payload an expression reads.
 *
 * @param all every member
 * @param names these members, when not all
 */
record Reads(boolean all, Set<String> names) {
  static final Reads ALL = new Reads(true, Set.of());
  static final Reads NONE = new Reads(false, Set.of());

  boolean contains(String name) {
    return all || names.contains(name);
  }

  boolean covers(Reads other) {
    return all || (!other.all && names.containsAll(other.names));
  }

  Reads and(Reads other) {
    if (all || other.all) {
      return ALL;
    }
    if (covers(other)) {
      return this;
    }
    Set<String> both = new HashSet<>(names);
    both.addAll(other.names);
    return new Reads(false, Set.copyOf(both));
  }

  /** What an expression reads when it is evaluated against the payload itself. */
  static Reads of(Expr expr) {
    return switch (expr) {
      case Expr.Payload _ -> ALL;
      case Expr.Name(String name) -> new Reads(false, Set.of(name));
      case Expr.Literal _, Expr.Variable _ -> NONE;
      // The rest of a nested query reads elements of what FROM yields, which is read whole.
      case Expr.Nested nested -> of(nested.from());
      default -> {
        Reads reads = NONE;
        for (Expr child : expr.children()) {
          reads = reads.and(of(child));
        }
        yield reads;
      }
    };
  }
}
