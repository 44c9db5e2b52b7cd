package io.thingstead.model.sql;

/**
 * A word of a statement.
 *
 * @param text as written; of a string its content, of a variable its name without the at sign
 * @param start where it begins, from 0
 * @param end behind its last character
 */
record Token(Kind kind, String text, int start, int end) {
  enum Kind {
    WORD,
    NUMBER,
    STRING,
    VARIABLE,
    SYMBOL,
    END
  }

  /** Whether this is the keyword, in any case. */
  boolean isWord(String keyword) {
    return kind == Kind.WORD && text.equalsIgnoreCase(keyword);
  }

  boolean isSymbol(String symbol) {
    return kind == Kind.SYMBOL && text.equals(symbol);
  }

  /** How errors show it. */
  String shown() {
    return switch (kind) {
      case END -> "the end";
      case STRING -> "the string '" + shortened() + "'";
      case VARIABLE -> "'@" + shortened() + "'";
      case WORD, NUMBER, SYMBOL -> "'" + shortened() + "'";
    };
  }

  private String shortened() {
    return text.length() <= 40 ? text : text.substring(0, 40) + "…";
  }
}
