package io.thingstead.model.sql;

import java.util.List;

/** What a SELECT gives. */
sealed interface Select {
  /** {@code SELECT VALUE expr}: the value itself. */
  record Single(Expr expr) implements Select {}

  /** An object with a member for each item. */
  record Members(List<Item> items) implements Select {}

  /**
   * One item.
   *
   * @param path names of nested members; empty for {@code *}, which copies all members
   */
  record Item(Expr expr, List<String> path) {}

  /** Whether this is {@code *} alone, which also forwards what is not JSON. */
  default boolean forwards() {
    return switch (this) {
      case Single(Expr expr) -> expr instanceof Expr.Payload;
      case Members(List<Item> items) ->
          items.size() == 1 && items.getFirst().expr() instanceof Expr.Payload;
    };
  }

  default List<Expr> exprs() {
    return switch (this) {
      case Single(Expr expr) -> List.of(expr);
      case Members(List<Item> items) -> items.stream().map(Item::expr).toList();
    };
  }
}
