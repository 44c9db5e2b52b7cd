package io.thingstead.model.sql;

import io.thingstead.model.sql.Value.Absent;
import io.thingstead.model.sql.Value.Num;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The arguments of one call, evaluated when they are asked for. */
final class Arguments {
  private final List<Expr> exprs;
  private final Scope scope;

  Arguments(List<Expr> exprs, Scope scope) {
    this.exprs = exprs;
    this.scope = scope;
  }

  int count() {
    return exprs.size();
  }

  /** The value of an argument; Undefined when there are fewer. */
  Value value(int index) {
    return index < exprs.size() ? scope.value(exprs.get(index)) : Absent.UNDEFINED;
  }

  @Nullable String text(int index) {
    return Conversions.text(value(index), scope.version());
  }

  @Nullable Num number(int index) {
    return Conversions.number(value(index));
  }

  /** The number rounded down, or null. */
  @Nullable BigDecimal floor(int index) {
    return Conversions.floor(value(index));
  }

  /** The bytes of the message when the argument is {@code *} and not inside a nested query. */
  byte @Nullable [] payload(int index) {
    return index < exprs.size() && exprs.get(index) instanceof Expr.Payload && scope.atMessage()
        ? scope.input().payload()
        : null;
  }

  Input input() {
    return scope.input();
  }

  SqlVersion version() {
    return scope.version();
  }
}
