package io.thingstead.model.policy;

import java.util.List;
import java.util.Locale;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A template whose variables are numbered, ready to be matched. The values of variables come with
 * each question, so that all callers of a policy share its globs.
 */
final class Glob {
  private static final int RUN = -1;
  private static final int ONE = -2;
  private static final int LITERAL = -3;

  private final String source;

  /** What each part is: RUN, ONE, LITERAL, or the number of a variable. */
  private final int[] parts;

  private final String[] literals;

  private Glob(String source, int[] parts, String[] literals) {
    this.source = source;
    this.parts = parts;
    this.literals = literals;
  }

  static Glob of(Template template, ToIntFunction<String> variable) {
    List<Template.Part> from = template.parts();
    int[] parts = new int[from.size()];
    String[] literals = new String[from.size()];
    for (int i = 0; i < parts.length; i++) {
      literals[i] = "";
      switch (from.get(i)) {
        case Template.Part.Literal(String text) -> {
          parts[i] = LITERAL;
          literals[i] = text;
        }
        case Template.Part.Variable(String name) -> parts[i] = variable.applyAsInt(name);
        case Template.Part.Wildcard.RUN -> parts[i] = RUN;
        case Template.Part.Wildcard.ONE -> parts[i] = ONE;
      }
    }
    return new Glob(template.source(), parts, literals);
  }

  /** As the document has it. */
  String source() {
    return source;
  }

  /** The text that every match begins with. */
  String prefix() {
    return parts.length > 0 && parts[0] == LITERAL ? literals[0] : "";
  }

  /**
   * Whether the whole text matches.
   *
   * @param values by number; a variable without one matches nothing
   */
  boolean matches(String text, Values values, boolean ignoreCase) {
    if (!resolves(values)) {
      return false;
    }
    // On a mismatch, the last * takes one character more; an earlier * never needs to.
    int part = 0;
    int at = 0;
    int run = -1;
    int runAt = 0;
    while (true) {
      if (part < parts.length && parts[part] == RUN) {
        run = part++;
        if (part == parts.length) {
          return true;
        }
        runAt = at;
        continue;
      }
      int next = part < parts.length ? step(part, text, at, values, ignoreCase) : -1;
      if (next >= 0) {
        part++;
        at = next;
      } else if (part == parts.length && at == text.length()) {
        return true;
      } else if (run < 0 || runAt == text.length()) {
        return false;
      } else {
        runAt += Character.charCount(text.codePointAt(runAt));
        if (parts[run + 1] == LITERAL && !ignoreCase) {
          // Nowhere before it can what follows the * fit.
          runAt = text.indexOf(literals[run + 1], runAt);
          if (runAt < 0) {
            return false;
          }
        }
        at = runAt;
        part = run + 1;
      }
    }
  }

  /** Where the text goes on behind this part, or -1 when the part does not fit. */
  private int step(int part, String text, int at, Values values, boolean ignoreCase) {
    int kind = parts[part];
    if (kind == ONE) {
      return at == text.length() ? -1 : at + Character.charCount(text.codePointAt(at));
    }
    String literal = kind == LITERAL ? literals[part] : values.single(kind);
    return literal != null && text.regionMatches(ignoreCase, at, literal, 0, literal.length())
        ? at + literal.length()
        : -1;
  }

  /** Whether all its variables have a value. */
  boolean resolves(Values values) {
    for (int part : parts) {
      if (part >= 0 && values.single(part) == null) {
        return false;
      }
    }
    return true;
  }

  /**
   * The text with its variables replaced and its wildcards as written; null if one has no value.
   */
  @Nullable String text(Values values) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < parts.length; i++) {
      switch (parts[i]) {
        case RUN -> text.append('*');
        case ONE -> text.append('?');
        case LITERAL -> text.append(literals[i]);
        default -> {
          String value = values.single(parts[i]);
          if (value == null) {
            return null;
          }
          text.append(value);
        }
      }
    }
    return text.toString();
  }

  /** Calls back with each variable's number. */
  void variables(java.util.function.IntConsumer each) {
    for (int part : parts) {
      if (part >= 0) {
        each.accept(part);
      }
    }
  }

  @Override
  public String toString() {
    return source.toLowerCase(Locale.ROOT);
  }
}
