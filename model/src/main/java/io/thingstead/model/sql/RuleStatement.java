package io.thingstead.model.sql;

import io.thingstead.model.ApiException;
import io.thingstead.model.topic.TopicFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A statement of the rule SQL, parsed and ready to look at messages. Immutable; any thread may use
 * it.
 */
public final class RuleStatement {
  private final SqlVersion version;
  private final Statement parsed;
  private final Set<String> variables;
  private final Reads setReads;
  private final Reads whereReads;
  private final Reads selectReads;
  private final boolean quick;

  private RuleStatement(SqlVersion version, Statement parsed) {
    this.version = version;
    this.parsed = parsed;
    this.variables =
        parsed.assignments().stream()
            .map(Statement.Assignment::name)
            .collect(Collectors.toUnmodifiableSet());
    this.setReads =
        parsed.assignments().stream()
            .map(assignment -> Reads.of(assignment.expr()))
            .reduce(Reads.NONE, Reads::and);
    this.selectReads = parsed.select().exprs().stream().map(Reads::of).reduce(setReads, Reads::and);
    Expr where = parsed.where();
    Reads first = where == null ? selectReads : setReads.and(Reads.of(where));
    // Named members are few: reading them for WHERE and SELECT at once saves a second pass.
    this.whereReads = selectReads.all() ? first : first.and(selectReads);
    List<Expr> all = new ArrayList<>(parsed.select().exprs());
    parsed.assignments().forEach(assignment -> all.add(assignment.expr()));
    if (where != null) {
      all.add(where);
    }
    this.quick = Quick.are(all);
  }

  /**
   * Parses a statement.
   *
   * @param version {@code awsIotSqlVersion}; null for the default
   * @throws ApiException SQL_PARSE with the position and what was expected there; INVALID_REQUEST
   *     for an unknown version
   */
  public static RuleStatement parse(String sql, @Nullable String version) {
    SqlVersion known = SqlVersion.parse(version);
    return new RuleStatement(known, StatementParser.parse(sql, known));
  }

  /** The topics the rule listens to; null when only Basic Ingest fires it. */
  public @Nullable TopicFilter from() {
    return parsed.from();
  }

  public SqlVersion version() {
    return version;
  }

  /** WHERE and SELECT on one message. */
  public Outcome evaluate(Input input) {
    return open(input).outcome();
  }

  /** As {@link #evaluate}, for a caller that also fills templates from the same message. */
  public Evaluation open(Input input) {
    return new Evaluation(this, input);
  }

  /**
   * Parses a text of an action that may hold <code>${expr}</code>; the variables of SET may be
   * used.
   *
   * @throws ApiException SQL_PARSE
   */
  public Template template(String text) {
    return Template.parse(text, version, variables, setReads);
  }

  /**
   * Whether an event loop may evaluate it on a payload of some kilobytes: it asks nobody, neither
   * {@code traceid()} nor {@code sourceip()}, and takes microseconds.
   */
  public boolean isQuick() {
    return quick;
  }

  Statement parsed() {
    return parsed;
  }

  Reads whereReads() {
    return whereReads;
  }

  Reads selectReads() {
    return selectReads;
  }
}
