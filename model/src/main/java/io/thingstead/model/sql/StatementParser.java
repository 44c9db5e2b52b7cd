package io.thingstead.model.sql;

import io.thingstead.model.sql.Statement.Assignment;
import io.thingstead.model.sql.Token.Kind;
import io.thingstead.model.topic.InvalidTopicException;
import io.thingstead.model.topic.TopicFilter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Parses whole statements: {@code SET … SELECT … FROM … WHERE …}. */
final class StatementParser extends Parser {
  private final Set<String> variables;

  private StatementParser(String sql, SqlVersion version, Set<String> variables) {
    super(Lexer.tokens(sql), version, variables);
    this.variables = variables;
  }

  static Statement parse(String sql, SqlVersion version) {
    return new StatementParser(sql, version, new HashSet<>()).statement();
  }

  private Statement statement() {
    List<Assignment> assignments = assignments();
    expectWord("SELECT");
    Select select = select();
    TopicFilter from = takeWord("FROM") ? from() : null;
    Expr where = takeWord("WHERE") ? expr() : null;
    expectEnd();
    return new Statement(assignments, select, from, where);
  }

  private List<Assignment> assignments() {
    List<Assignment> assignments = new ArrayList<>();
    if (takeWord("SET")) {
      do {
        assignments.add(assignment());
      } while (takeSymbol(","));
    }
    return List.copyOf(assignments);
  }

  private Assignment assignment() {
    if (peek().kind() != Kind.VARIABLE) {
      throw expected("a variable such as @name");
    }
    String name = peek().text();
    if (variables.contains(name)) {
      throw error("@" + name + " has a value already: a variable is set once");
    }
    if (variables.size() == Limits.VARIABLES_MAX) {
      throw error("SET gives a value to at most " + Limits.VARIABLES_MAX + " variables");
    }
    advance();
    expectSymbol("=");
    Expr value = expr();
    variables.add(name);
    return new Assignment(name, value);
  }

  private TopicFilter from() {
    if (peek().kind() != Kind.STRING) {
      throw expected("a topic filter in quotes");
    }
    Token token = advance();
    if (token.text().startsWith("$aws/rules/") || token.text().equals("$aws/rules")) {
      throw Lexer.error(
          token.start(), "no rule may select from $aws/rules, the Basic Ingest topics");
    }
    try {
      return new TopicFilter(token.text());
    } catch (InvalidTopicException e) {
      throw Lexer.error(token.start(), String.valueOf(e.getMessage()));
    }
  }
}
