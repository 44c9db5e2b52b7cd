package io.thingstead.model.sql;

import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.sql.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/** Splits a statement into tokens. Comments are no part of the language and are refused. */
final class Lexer {
  private final String sql;
  private int at;

  private Lexer(String sql) {
    this.sql = sql;
  }

  /** All tokens, the last one of kind END. */
  static List<Token> tokens(String sql) {
    if (sql.length() > Limits.STATEMENT_MAX) {
      throw error(
          Limits.STATEMENT_MAX, "it is longer than " + Limits.STATEMENT_MAX + " characters");
    }
    Lexer lexer = new Lexer(sql);
    List<Token> tokens = new ArrayList<>();
    do {
      tokens.add(lexer.next());
    } while (tokens.getLast().kind() != Kind.END);
    return List.copyOf(tokens);
  }

  /** The refusal of a statement at a position from 0; people count from 1. */
  static ApiException error(int position, String why) {
    return new ApiException(
        AwsError.SQL_PARSE, "SQL refused at position " + (position + 1) + ": " + why);
  }

  private Token next() {
    while (at < sql.length() && isBlank(sql.charAt(at))) {
      at++;
    }
    int start = at;
    if (at == sql.length()) {
      return new Token(Kind.END, "", start, start);
    }
    char c = sql.charAt(at);
    if (isWordStart(c)) {
      return new Token(Kind.WORD, word(), start, at);
    }
    if (isDigit(c)) {
      return new Token(Kind.NUMBER, number(), start, at);
    }
    return switch (c) {
      case '\'', '"' -> new Token(Kind.STRING, string(c), start, at);
      case '@' -> variable();
      default -> new Token(Kind.SYMBOL, symbol(), start, at);
    };
  }

  private String word() {
    int start = at;
    while (at < sql.length() && (isWordStart(sql.charAt(at)) || isDigit(sql.charAt(at)))) {
      at++;
    }
    return sql.substring(start, at);
  }

  private String number() {
    int start = at;
    digits();
    if (at + 1 < sql.length() && sql.charAt(at) == '.' && isDigit(sql.charAt(at + 1))) {
      at++;
      digits();
    }
    if (at < sql.length() && (sql.charAt(at) == 'e' || sql.charAt(at) == 'E')) {
      at++;
      if (at < sql.length() && (sql.charAt(at) == '-' || sql.charAt(at) == '+')) {
        at++;
      }
      if (at == sql.length() || !isDigit(sql.charAt(at))) {
        throw error(at, "a number's exponent needs a digit");
      }
      digits();
    }
    return sql.substring(start, at);
  }

  private void digits() {
    while (at < sql.length() && isDigit(sql.charAt(at))) {
      at++;
    }
  }

  /** A doubled quote stands for one; a backslash for itself. */
  private String string(char quote) {
    int start = at++;
    StringBuilder text = new StringBuilder();
    while (at < sql.length()) {
      char c = sql.charAt(at++);
      if (c != quote) {
        text.append(c);
      } else if (at < sql.length() && sql.charAt(at) == quote) {
        text.append(quote);
        at++;
      } else {
        return text.toString();
      }
    }
    throw error(start, "the string that begins here has no closing " + quote);
  }

  private Token variable() {
    int start = at++;
    String name = word();
    if (name.isEmpty() || name.length() > Limits.VARIABLE_NAME_MAX) {
      throw error(
          start,
          "a variable's name has 1 to "
              + Limits.VARIABLE_NAME_MAX
              + " letters, digits or underscores");
    }
    return new Token(Kind.VARIABLE, name, start, at);
  }

  private String symbol() {
    int start = at;
    String two = at + 2 <= sql.length() ? sql.substring(at, at + 2) : "";
    switch (two) {
      case "--", "/*" -> throw error(at, "comments are not part of the rules SQL");
      case "<>", "<=", ">=", "!=" -> {
        at += 2;
        return two;
      }
      default -> at++;
    }
    char c = sql.charAt(start);
    if ("=<>+-*/%.,:()[]{}".indexOf(c) < 0) {
      throw error(start, "the character " + shown(c) + " has no meaning here");
    }
    return String.valueOf(c);
  }

  private static String shown(char c) {
    return c > ' ' && c < 0x7F ? "'" + c + "'" : String.format("U+%04X", (int) c);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
  }

  private static boolean isWordStart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
