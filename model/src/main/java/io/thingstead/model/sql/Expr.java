package io.thingstead.model.sql;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A parsed expression. */
sealed interface Expr {
  record Literal(Value value) implements Expr {}

  /** {@code *}: the payload, or the element a nested query looks at. */
  record Payload() implements Expr {}

  /** A member of the payload, or of the element a nested query looks at. */
  record Name(String name) implements Expr {}

  /** {@code @name}, set before. */
  record Variable(String name) implements Expr {}

  record Member(Expr target, String name) implements Expr {}

  record Not(Expr operand) implements Expr {}

  record Negate(Expr operand) implements Expr {}

  record Binary(Operator operator, Expr left, Expr right) implements Expr {}

  /**
   * @param written the name as the statement writes it, which names the output of a call
   */
  record Call(Function function, String written, List<Expr> arguments) implements Expr {}

  record Cast(Expr operand, CastType type) implements Expr {}

  record Case(Expr subject, List<When> whens, @Nullable Expr otherwise) implements Expr {
    record When(Expr match, Expr result) {}
  }

  record Nested(Select select, Expr from, @Nullable Expr where) implements Expr {}

  record ObjectLiteral(List<Entry> entries) implements Expr {
    record Entry(String name, Expr value) {}
  }

  record ArrayLiteral(List<Expr> items) implements Expr {}

  /** The expressions this one is made of, evaluated against the same payload. */
  default List<Expr> children() {
    return switch (this) {
      case Literal _, Payload _, Name _, Variable _ -> List.of();
      case Member member -> List.of(member.target());
      case Not not -> List.of(not.operand());
      case Negate negate -> List.of(negate.operand());
      case Binary binary -> List.of(binary.left(), binary.right());
      case Call call -> call.arguments();
      case Cast cast -> List.of(cast.operand());
      case Case choice -> {
        List<Expr> parts = new ArrayList<>();
        parts.add(choice.subject());
        for (Case.When when : choice.whens()) {
          parts.add(when.match());
          parts.add(when.result());
        }
        if (choice.otherwise() != null) {
          parts.add(choice.otherwise());
        }
        yield parts;
      }
      case Nested nested -> List.of(nested.from());
      case ObjectLiteral object ->
          object.entries().stream().map(ObjectLiteral.Entry::value).toList();
      case ArrayLiteral array -> array.items();
    };
  }
}
