package io.thingstead.model.sql;

import io.thingstead.model.ApiException;
import io.thingstead.model.sql.Token.Kind;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Walks through the tokens of a statement and says what was expected where. */
class TokenCursor {
  /** Other SQL that people try. */
  private static final Set<String> FOREIGN =
      Set.of("IN", "LIKE", "BETWEEN", "EXISTS", "IS", "GROUP", "ORDER", "HAVING", "LIMIT", "JOIN");

  private final List<Token> tokens;
  private int at;

  TokenCursor(List<Token> tokens) {
    this.tokens = tokens;
  }

  /** The index of the next token. */
  final int position() {
    return at;
  }

  /** A token by its index; the last one for an index behind it. */
  final Token token(int index) {
    return tokens.get(Math.min(index, tokens.size() - 1));
  }

  /** The tokens from an index up to the next one, as they are written but for long gaps. */
  final String textSince(int start) {
    StringBuilder text = new StringBuilder();
    for (int i = start; i < at; i++) {
      boolean gap = i > start && token(i).start() > token(i - 1).end();
      text.append(gap ? " " : "").append(token(i).text());
    }
    return text.toString();
  }

  /**
   * VALUE is a keyword only in front of an item, so that a member may be called {@code value}: the
   * token behind it decides, and for a minus, which may be a sign, whether a name follows.
   */
  final boolean valueIsMember() {
    Token next = token(at + 1);
    return switch (next.kind()) {
      case END -> true;
      case NUMBER, STRING, VARIABLE -> false;
      case WORD ->
          Set.of("AS", "FROM", "WHERE", "AND", "OR").contains(next.text().toUpperCase(Locale.ROOT));
      case SYMBOL ->
          switch (next.text()) {
            case "(", "[", "{" -> false;
            case "*" -> !endsItem(at + 2);
            case "-" -> isNamed(at + 1);
            default -> true;
          };
    };
  }

  private boolean endsItem(int index) {
    Token token = token(index);
    return token.kind() == Kind.END
        || token.isWord("FROM")
        || token.isWord("WHERE")
        || token.isSymbol(")");
  }

  /** Whether AS or another item follows before this item's end. */
  private boolean isNamed(int from) {
    int open = 0;
    for (int i = from; i < tokens.size(); i++) {
      Token token = token(i);
      if (token.isSymbol("(") || token.isSymbol("[") || token.isSymbol("{")) {
        open++;
      } else if (token.isSymbol(")") || token.isSymbol("]") || token.isSymbol("}")) {
        open--;
      } else if (open == 0 && (token.isWord("AS") || token.isSymbol(","))) {
        return true;
      }
      if (open < 0 || (open == 0 && endsItem(i) && !token.isSymbol(")"))) {
        return false;
      }
    }
    return false;
  }

  final Token peek() {
    return tokens.get(at);
  }

  final Token advance() {
    Token token = tokens.get(at);
    if (token.kind() != Kind.END) {
      at++;
    }
    return token;
  }

  final boolean takeWord(String keyword) {
    return peek().isWord(keyword) && advance() != null;
  }

  final boolean takeSymbol(String symbol) {
    return peek().isSymbol(symbol) && advance() != null;
  }

  final void expectWord(String keyword) {
    if (!takeWord(keyword)) {
      throw expected(keyword);
    }
  }

  final void expectSymbol(String symbol) {
    if (!takeSymbol(symbol)) {
      throw expected("'" + symbol + "'");
    }
  }

  final void expectEnd() {
    if (peek().kind() != Kind.END) {
      throw expected("the end");
    }
  }

  final String anyWord(String what) {
    if (peek().kind() != Kind.WORD) {
      throw expected(what);
    }
    return advance().text();
  }

  final ApiException expected(String what) {
    Token found = peek();
    if (found.kind() == Kind.WORD && FOREIGN.contains(found.text().toUpperCase(Locale.ROOT))) {
      return error(found.text().toUpperCase(Locale.ROOT) + " is not part of the rules SQL");
    }
    return error("expected " + what + ", found " + found.shown());
  }

  final ApiException error(String why) {
    return Lexer.error(peek().start(), why);
  }
}
