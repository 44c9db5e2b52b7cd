package io.thingstead.model.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A text of a rule's action with <code>${expr}</code> in it. Made by {@link
 * RuleStatement#template}, filled by {@link Evaluation#render}.
 */
public final class Template {
  private final String source;
  private final List<Part> parts;

  private Template(String source, List<Part> parts) {
    this.source = source;
    this.parts = parts;
  }

  sealed interface Part {
    record Literal(String text) implements Part {}

    /**
     * @param reads what of the payload it reads, also by variables
     */
    record Computed(Expr expr, Reads reads) implements Part {}
  }

  static Template parse(String source, SqlVersion version, Set<String> variables, Reads setReads) {
    List<Part> parts = new ArrayList<>();
    int at = 0;
    for (int open = source.indexOf("${"); open >= 0; open = source.indexOf("${", at)) {
      if (open > at) {
        parts.add(new Part.Literal(source.substring(at, open)));
      }
      int close = close(source, open + 2);
      Parser parser =
          new Parser(Lexer.tokens(source.substring(open + 2, close)), version, variables);
      Expr expr = parser.expr();
      parts.add(new Part.Computed(expr, setReads.and(Reads.of(expr))));
      parser.expectEnd();
      at = close + 1;
    }
    if (at < source.length()) {
      parts.add(new Part.Literal(source.substring(at)));
    }
    return new Template(source, List.copyOf(parts));
  }

  /** The brace that ends the expression: not inside a string, not of an object literal. */
  private static int close(String source, int from) {
    int open = 0;
    char quote = 0;
    for (int i = from; i < source.length(); i++) {
      char c = source.charAt(i);
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == '{') {
        open++;
      } else if (c == '}' && open-- == 0) {
        return i;
      }
    }
    throw Lexer.error(from - 2, "the template's ${ has no closing brace");
  }

  /** As the rule wrote it. */
  public String source() {
    return source;
  }

  /** Whether there is no expression in it, so that it is the same for every message. */
  public boolean isLiteral() {
    return parts.stream().allMatch(Part.Literal.class::isInstance);
  }

  /** Whether a function outside is asked for it. */
  public boolean asksOutside() {
    return parts.stream()
        .anyMatch(part -> part instanceof Part.Computed(Expr expr, _) && asksOutside(expr));
  }

  private static boolean asksOutside(Expr expr) {
    return (expr instanceof Expr.Call call
            && call.function().name().equals(OutsideFunctions.LAMBDA))
        || expr.children().stream().anyMatch(Template::asksOutside);
  }

  /** Whether an event loop may fill it. */
  public boolean isQuick() {
    List<Expr> exprs = new ArrayList<>();
    for (Part part : parts) {
      if (part instanceof Part.Computed(Expr expr, _)) {
        exprs.add(expr);
      }
    }
    return Quick.are(exprs);
  }

  List<Part> parts() {
    return parts;
  }
}
