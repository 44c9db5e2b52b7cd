package io.thingstead.model.sql;

import io.thingstead.model.sql.Outcome.Failure;
import io.thingstead.model.sql.Outcome.NoMatch;
import io.thingstead.model.sql.Outcome.Output;
import io.thingstead.model.sql.Value.Absent;
import io.thingstead.model.sql.Value.Arr;
import io.thingstead.model.sql.Value.Obj;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One statement looking at one message. Not thread-safe: each thread opens its own from the
 * statement.
 */
public final class Evaluation {
  private final RuleStatement statement;
  private final Input input;
  private @Nullable Scope scope;
  private Reads read = Reads.NONE;
  private boolean json;

  Evaluation(RuleStatement statement, Input input) {
    this.statement = statement;
    this.input = input;
  }

  /** WHERE, then SELECT. */
  public Outcome outcome() {
    try {
      Expr where = statement.parsed().where();
      if (where != null && !scope(statement.whereReads()).isTrue(where)) {
        return new NoMatch();
      }
      return output(statement.parsed().select());
    } catch (EvaluationException e) {
      return new Failure(e.why());
    }
  }

  /**
   * Fills a template from the message, not from the SELECT's result. Null when an expression of it
   * is null or undefined.
   */
  public @Nullable String render(Template template) {
    try {
      StringBuilder text = new StringBuilder();
      for (Template.Part part : template.parts()) {
        switch (part) {
          case Template.Part.Literal(String literal) -> text.append(literal);
          case Template.Part.Computed(Expr expr, Reads reads) -> {
            String value = Conversions.text(scope(reads).value(expr), statement.version());
            if (value == null) {
              return null;
            }
            text.append(value);
          }
        }
      }
      return text.length() > Limits.OUTPUT_MAX ? null : text.toString();
    } catch (EvaluationException e) {
      return null;
    }
  }

  private Output output(Select select) {
    if (select.forwards() && Minified.isObject(input.payload())) {
      return new Output(input.payload(), true);
    }
    Scope scope = scope(statement.selectReads());
    if (select.forwards() && !(scope.root() instanceof Obj && input.payload().length > 0)) {
      return new Output(input.payload(), json);
    }
    Value value = scope.select(select);
    if (value.isUndefined()) {
      return new Output(new byte[0], false);
    }
    if (value instanceof Arr && statement.version() == SqlVersion.V2015_10_08) {
      throw new EvaluationException(
          "an array as the whole output needs awsIotSqlVersion 2016-03-23");
    }
    return new Output(JsonWriter.bytes(value, statement.version()), true);
  }

  /** The scope with at least these members of the payload. */
  private Scope scope(Reads wanted) {
    if (scope == null || !read.covers(wanted)) {
      read = read.and(wanted);
      Scope bare = new Scope(input, statement.version(), Map.of(), root(read), true);
      scope = scope == null ? withVariables(bare) : withRoot(scope, bare.root());
    }
    return scope;
  }

  private static Scope withRoot(Scope scope, Value root) {
    return new Scope(scope.input(), scope.version(), scope.variables(), root, true);
  }

  private Value root(Reads wanted) {
    if (!wanted.all() && wanted.names().isEmpty()) {
      return Absent.UNDEFINED;
    }
    if (input.payload().length == 0) {
      return new Obj(Map.of());
    }
    Value document = Document.read(input.payload(), wanted, statement.version());
    json = document != null;
    return document instanceof Obj || document instanceof Arr ? document : Absent.UNDEFINED;
  }

  /** Gives the variables of SET their values, in order, as each may use those before. */
  private Scope withVariables(Scope bare) {
    if (statement.parsed().assignments().isEmpty()) {
      return bare;
    }
    Map<String, Value> variables = new HashMap<>();
    Scope scope = new Scope(input, statement.version(), variables, bare.root(), true);
    long bytes = 0;
    for (Statement.Assignment assignment : statement.parsed().assignments()) {
      Value value = scope.value(assignment.expr());
      bytes += bytes(value);
      if (bytes > Limits.VARIABLE_BYTES_MAX) {
        throw new EvaluationException(
            "the variables of SET need more than " + Limits.VARIABLE_BYTES_MAX + " bytes");
      }
      variables.put(assignment.name(), value);
    }
    return scope;
  }

  private long bytes(Value value) {
    return value.isUndefined()
        ? 0
        : JsonWriter.text(value, statement.version()).getBytes(StandardCharsets.UTF_8).length;
  }
}
