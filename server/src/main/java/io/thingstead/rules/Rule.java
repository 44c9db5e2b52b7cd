package io.thingstead.rules;

import io.thingstead.api.iot.TopicRulePayload;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.sql.Evaluation;
import io.thingstead.model.sql.Outcome;
import io.thingstead.model.sql.RuleStatement;
import io.thingstead.row.Json;
import io.thingstead.rules.action.Action;
import io.thingstead.rules.action.ActionParser;
import io.thingstead.rules.action.TargetGuard;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A rule ready to run.
 *
 * @param permits one semaphore an action: how many runs of it go on at one time
 * @param shortcut its only action, when {@link Shortcut} may run the rule
 */
record Rule(
    String name,
    long revision,
    RuleStatement statement,
    List<Action> actions,
    List<Semaphore> permits,
    Action.@Nullable Republish shortcut,
    @Nullable Action errorAction,
    RuleStats stats) {
  private static final System.Logger LOG = System.getLogger(Rule.class.getName());
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_]{1,128}");
  private static final int ACTIONS_MAX = 10;
  private static final int PAYLOAD_BYTES_MAX = 128 * 1024;

  static String checkName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw invalid(
          "a rule's name has 1 to 128 letters, digits or underscores, not '" + name + "'");
    }
    return name;
  }

  /**
   * Checks and compiles a rule.
   *
   * @throws ApiException INVALID_REQUEST or SQL_PARSE
   */
  static Rule compile(RuleRow row, TargetGuard guard, int parallelMax, RuleStats stats) {
    TopicRulePayload payload = row.payload();
    if (Json.encode(payload).length > PAYLOAD_BYTES_MAX) {
      throw invalid("the rule has more than " + PAYLOAD_BYTES_MAX + " bytes");
    }
    if (payload.actions().size() > ACTIONS_MAX) {
      throw invalid("a rule has at most " + ACTIONS_MAX + " actions");
    }
    RuleStatement statement = RuleStatement.parse(payload.sql(), payload.awsIotSqlVersion());
    ActionParser parser = new ActionParser(statement, guard, false);
    List<Action> actions = payload.actions().stream().map(parser::parse).toList();
    return new Rule(
        row.name(),
        row.revision(),
        statement,
        actions,
        Stream.generate(() -> new Semaphore(parallelMax)).limit(actions.size()).toList(),
        shortcut(statement, actions),
        payload.errorAction() == null
            ? null
            : new ActionParser(statement, guard, true).parse(payload.errorAction()),
        stats);
  }

  private static Action.@Nullable Republish shortcut(
      RuleStatement statement, List<Action> actions) {
    return actions.size() == 1
            && actions.getFirst() instanceof Action.Republish republish
            && republish.isQuick()
            && statement.isQuick()
        ? republish
        : null;
  }

  /** What the actions are given; null when they do not run. Counts and logs a failure. */
  Outcome.@Nullable Output output(Evaluation evaluation, String topic) {
    Outcome outcome;
    try {
      outcome = evaluation.outcome();
    } catch (RuntimeException | StackOverflowError e) {
      outcome = new Outcome.Failure("the evaluation broke off: " + e);
    }
    return switch (outcome) {
      case Outcome.NoMatch _ -> null;
      case Outcome.Output output -> output;
      case Outcome.Failure(String why) -> {
        stats.failures().increment();
        LOG.log(
            System.Logger.Level.WARNING,
            "rule {0} failed on a message on {1}: {2}",
            name,
            topic,
            why);
        yield null;
      }
    };
  }

  private static ApiException invalid(String why) {
    return new ApiException(AwsError.INVALID_REQUEST, why);
  }
}
