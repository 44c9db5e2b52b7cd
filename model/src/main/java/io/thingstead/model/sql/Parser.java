package io.thingstead.model.sql;

import io.thingstead.model.sql.Token.Kind;
import io.thingstead.model.sql.Value.Absent;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Parses expressions by binding power (Pratt); {@link StatementParser} does the rest. */
class Parser extends TokenCursor {
  /** Words that begin or end something, so that no member can be called by them bare. */
  private static final Set<String> RESERVED =
      Set.of(
          "SELECT",
          "FROM",
          "WHERE",
          "AS",
          "AND",
          "OR",
          "NOT",
          "CASE",
          "WHEN",
          "THEN",
          "ELSE",
          "END",
          "TRUE",
          "FALSE",
          "NULL",
          "UNDEFINED");

  final SqlVersion version;
  private final Set<String> variables;
  private int depth;
  private int nodes;

  /**
   * @param variables the names that SET has given, which the caller may add to
   */
  Parser(List<Token> tokens, SqlVersion version, Set<String> variables) {
    super(tokens);
    this.version = version;
    this.variables = variables;
  }

  Expr expr() {
    return expr(0);
  }

  private Expr expr(int power) {
    return nested(
        () -> {
          Expr left = prefix(power);
          while (true) {
            Operator operator = operator();
            if (operator == null || operator.power() <= power) {
              return left;
            }
            advance();
            left = node(new Expr.Binary(operator, left, expr(operator.power())));
            if (operator.power() == Operator.COMPARISON_POWER) {
              refuseChain();
            }
          }
        });
  }

  private void refuseChain() {
    Operator next = operator();
    if (next != null && next.power() == Operator.COMPARISON_POWER) {
      throw error("comparisons do not chain: put one of them in parentheses");
    }
  }

  private @Nullable Operator operator() {
    Token token = peek();
    return switch (token.kind()) {
      case WORD -> {
        if (token.isWord("AND")) {
          yield Operator.AND;
        }
        yield token.isWord("OR") ? Operator.OR : null;
      }
      case SYMBOL ->
          switch (token.text()) {
            case "=" -> Operator.EQUAL;
            case "<>", "!=" -> Operator.NOT_EQUAL;
            case "<" -> Operator.LESS;
            case "<=" -> Operator.LESS_OR_EQUAL;
            case ">" -> Operator.GREATER;
            case ">=" -> Operator.GREATER_OR_EQUAL;
            case "+" -> Operator.PLUS;
            case "-" -> Operator.MINUS;
            case "*" -> Operator.TIMES;
            case "/" -> Operator.DIVIDE;
            case "%" -> Operator.MODULO;
            default -> null;
          };
      case NUMBER, STRING, VARIABLE, END -> null;
    };
  }

  private Expr prefix(int power) {
    if (power <= Operator.NOT_POWER && takeWord("NOT")) {
      return node(new Expr.Not(expr(Operator.NOT_POWER)));
    }
    if (takeSymbol("-")) {
      return node(negative(expr(Operator.SIGN_POWER)));
    }
    return postfix();
  }

  private static Expr negative(Expr operand) {
    return operand instanceof Expr.Literal(Value.Num number)
        ? new Expr.Literal(Operators.negate(number))
        : new Expr.Negate(operand);
  }

  /** A primary and the members taken of it. */
  Expr postfix() {
    Expr expr = primary();
    while (takeSymbol(".")) {
      expr = node(new Expr.Member(expr, anyWord("a member's name")));
    }
    return expr;
  }

  private Expr primary() {
    Token token = peek();
    return switch (token.kind()) {
      case NUMBER -> node(number());
      case STRING -> node(new Expr.Literal(new Value.Text(advance().text())));
      case VARIABLE -> node(variable());
      case WORD -> word();
      case SYMBOL ->
          switch (token.text()) {
            case "(" -> parenthesized();
            case "{" -> node(objectLiteral());
            case "[" -> node(arrayLiteral());
            default -> throw expected("an expression");
          };
      case END -> throw expected("an expression");
    };
  }

  private Expr number() {
    Token token = advance();
    try {
      boolean whole = token.text().chars().allMatch(c -> c >= '0' && c <= '9');
      return new Expr.Literal(Numbers.written(new BigDecimal(token.text()), whole, version));
    } catch (NumberFormatException e) {
      throw Lexer.error(token.start(), "the exponent of " + token.shown() + " is out of range");
    }
  }

  private Expr variable() {
    Token token = advance();
    if (!variables.contains(token.text())) {
      throw Lexer.error(token.start(), "no SET gives a value to @" + token.text() + " before here");
    }
    return new Expr.Variable(token.text());
  }

  private Expr word() {
    Token token = peek();
    String keyword = token.text().toUpperCase(Locale.ROOT);
    return switch (keyword) {
      case "TRUE" -> literal(Value.Bool.TRUE);
      case "FALSE" -> literal(Value.Bool.FALSE);
      case "NULL" -> literal(Absent.NULL);
      case "UNDEFINED" -> literal(Absent.UNDEFINED);
      case "CASE" -> node(choice());
      default -> {
        if (RESERVED.contains(keyword)) {
          throw expected("an expression");
        }
        advance();
        if (!peek().isSymbol("(")) {
          yield node(new Expr.Name(token.text()));
        }
        yield node(keyword.equals("CAST") ? cast() : call(token));
      }
    };
  }

  private Expr literal(Value value) {
    advance();
    return node(new Expr.Literal(value));
  }

  /** {@code (expr)} or {@code (SELECT …)}. */
  private Expr parenthesized() {
    return nested(
        () -> {
          expectSymbol("(");
          Expr inner = peek().isWord("SELECT") ? node(query()) : expr();
          expectSymbol(")");
          return inner;
        });
  }

  private Expr query() {
    needs2016("a nested SELECT");
    advance();
    Select select = select();
    expectWord("FROM");
    Expr from = postfix();
    return new Expr.Nested(select, from, takeWord("WHERE") ? expr() : null);
  }

  /** What stands behind SELECT. */
  Select select() {
    if (peek().isWord("VALUE") && !valueIsMember()) {
      advance();
      Select single = new Select.Single(item(true).expr());
      if (peek().isSymbol(",")) {
        throw error("SELECT VALUE takes exactly one item");
      }
      return single;
    }
    List<Select.Item> items = new ArrayList<>();
    do {
      items.add(item(false));
    } while (takeSymbol(","));
    return new Select.Members(List.copyOf(items));
  }

  private Select.Item item(boolean single) {
    if (takeSymbol("*")) {
      return new Select.Item(node(new Expr.Payload()), List.of());
    }
    int start = position();
    Expr expr = expr();
    if (takeWord("AS")) {
      List<String> path = new ArrayList<>();
      do {
        path.add(anyWord("a name"));
      } while (takeSymbol("."));
      return new Select.Item(expr, List.copyOf(path));
    }
    return new Select.Item(expr, List.of(single ? "" : name(expr, start)));
  }

  /** What an item without AS is called: its last segment, its function, or its own text. */
  private String name(Expr expr, int start) {
    return switch (expr) {
      case Expr.Name(String name) -> name;
      case Expr.Variable(String name) -> name;
      case Expr.Member member -> member.name();
      case Expr.Call call -> call.written();
      case Expr.Cast _ -> "cast";
      case Expr.Case _ -> "case";
      case Expr.Nested _ ->
          throw Lexer.error(token(start).start(), "a nested SELECT needs a name: add AS name");
      default -> textSince(start);
    };
  }

  private Expr call(Token name) {
    Function function = Functions.find(name, version);
    return nested(
        () -> {
          expectSymbol("(");
          List<Expr> arguments = new ArrayList<>();
          if (!takeSymbol(")")) {
            do {
              arguments.add(takeSymbol("*") ? node(new Expr.Payload()) : expr());
            } while (takeSymbol(","));
            expectSymbol(")");
          }
          Functions.check(name, function, arguments);
          return new Expr.Call(function, name.text(), List.copyOf(arguments));
        });
  }

  private Expr cast() {
    expectSymbol("(");
    Expr operand = expr();
    expectWord("AS");
    Token token = peek();
    CastType type = CastType.of(anyWord("a type"), version);
    if (type == null) {
      throw Lexer.error(
          token.start(), "there is no type " + token.shown() + " in version " + version.text());
    }
    expectSymbol(")");
    return new Expr.Cast(operand, type);
  }

  private Expr choice() {
    advance();
    if (peek().isWord("WHEN")) {
      throw error("CASE needs a value to compare: CASE value WHEN …");
    }
    Expr subject = expr();
    List<Expr.Case.When> whens = new ArrayList<>();
    while (takeWord("WHEN")) {
      Expr match = expr();
      expectWord("THEN");
      whens.add(new Expr.Case.When(match, expr()));
    }
    if (whens.isEmpty()) {
      throw expected("WHEN");
    }
    Expr otherwise = takeWord("ELSE") ? expr() : null;
    expectWord("END");
    return new Expr.Case(subject, List.copyOf(whens), otherwise);
  }

  private Expr objectLiteral() {
    needs2016("an object literal");
    advance();
    List<Expr.ObjectLiteral.Entry> entries = new ArrayList<>();
    if (!takeSymbol("}")) {
      do {
        if (peek().kind() != Kind.STRING) {
          throw expected("a member's name in quotes");
        }
        String name = advance().text();
        expectSymbol(":");
        entries.add(new Expr.ObjectLiteral.Entry(name, expr()));
      } while (takeSymbol(","));
      expectSymbol("}");
    }
    return new Expr.ObjectLiteral(List.copyOf(entries));
  }

  private Expr arrayLiteral() {
    needs2016("an array literal");
    advance();
    List<Expr> items = new ArrayList<>();
    if (!takeSymbol("]")) {
      do {
        items.add(expr());
      } while (takeSymbol(","));
      expectSymbol("]");
    }
    return new Expr.ArrayLiteral(List.copyOf(items));
  }

  private void needs2016(String what) {
    if (version != SqlVersion.V2016_03_23) {
      throw error(what + " needs awsIotSqlVersion " + SqlVersion.V2016_03_23.text());
    }
  }

  private <T> T nested(Supplier<T> inner) {
    if (++depth > Limits.DEPTH_MAX) {
      throw error("it is nested deeper than " + Limits.DEPTH_MAX);
    }
    T result = inner.get();
    depth--;
    return result;
  }

  private Expr node(Expr expr) {
    if (++nodes > Limits.NODES_MAX) {
      throw error("it has more than " + Limits.NODES_MAX + " parts");
    }
    return expr;
  }
}
