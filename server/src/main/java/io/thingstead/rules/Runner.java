package io.thingstead.rules;

import io.thingstead.account.Account;
import io.thingstead.broker.Message;
import io.thingstead.broker.Qos;
import io.thingstead.engine.StoreUnavailableException;
import io.thingstead.function.FunctionCalls;
import io.thingstead.model.Limits;
import io.thingstead.model.sql.Input;
import io.thingstead.model.sql.Outcome;
import io.thingstead.rules.action.Action;
import io.thingstead.rules.action.ActionResult;
import io.thingstead.rules.action.Actions;
import io.thingstead.rules.action.Delivery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Takes messages for rules. Where a {@link Shortcut} leads to the end, nothing else is done; else
 * it evaluates each on a thread of its own, keeps those of QoS 1 and 2 until all actions are done,
 * and runs the actions.
 */
final class Runner {
  private static final System.Logger LOG = System.getLogger(Runner.class.getName());

  /** One log line for so many dropped messages of a rule. */
  private static final int DROPS_PER_LINE = 1000;

  /** Tries to forget a message: about five minutes. */
  private static final int FORGET_TRIES = 10;

  private static final Duration FIRST_WAIT = Duration.ofMillis(100);
  private static final int WAIT_FACTOR = 4;
  private static final Duration WAIT_MAX = Duration.ofMinutes(1);
  private static final Duration WAIT_PIECE = Duration.ofSeconds(1);

  private final Account account;
  private final Inputs inputs;
  private final Actions actions;
  private final FunctionCalls functions;
  private final Work work;
  private final Pending pending;
  private final Shortcut shortcut;

  /** Kept messages of a former run, by the name of their rule, which cannot run at present. */
  private final Map<String, List<Long>> parked = new ConcurrentHashMap<>();

  private volatile boolean closed;

  Runner(
      Account account,
      Inputs inputs,
      Actions actions,
      FunctionCalls functions,
      Work work,
      Limits.Rules limits) {
    this.account = account;
    this.inputs = inputs;
    this.actions = actions;
    this.functions = functions;
    this.work = work;
    pending = new Pending(limits);
    shortcut = new Shortcut(account, actions, work.random());
  }

  int pending() {
    return pending.count();
  }

  /**
   * Takes a message; never blocks.
   *
   * @param topic without the prefix of Basic Ingest
   * @return null for QoS 0 or if nothing is to be done; else completes when the message is durable,
   *     its action done or the rule does not want it, and fails when there are too many in work or
   *     it cannot be kept
   */
  @Nullable CompletionStage<?> take(Rule rule, String topic, Message message) {
    rule.stats().matched().increment();
    byte[] payload = message.payloadBytes();
    CompletableFuture<Void> accepted = new CompletableFuture<>();
    if (!pending.offer(payload)) {
      drop(rule, topic);
      accepted.completeExceptionally(
          new StoreUnavailableException("too many messages wait for the rules of the account"));
    } else if (shortcut.fits(rule, payload)) {
      CompletionStage<Void> published = shortcut.start(rule, topic, message, payload);
      if (published == null) {
        pending.remove(payload);
        return null;
      }
      published.whenComplete(
          (_, failure) -> {
            if (failure == null) {
              rule.stats().actionsDone().increment();
              pending.remove(payload);
              accepted.complete(null);
            } else {
              evaluateLater(
                  rule, InputRow.of(rule, topic, message, payload, work.random()), accepted);
            }
          });
    } else {
      evaluateLater(rule, InputRow.of(rule, topic, message, payload, work.random()), accepted);
    }
    return message.qos() == Qos.AT_MOST_ONCE ? null : accepted;
  }

  private void evaluateLater(Rule rule, InputRow row, CompletableFuture<Void> accepted) {
    work.threads().execute(() -> evaluate(rule, row, accepted));
  }

  private static void drop(Rule rule, String topic) {
    rule.stats().dropped().increment();
    if (rule.stats().dropped().sum() % DROPS_PER_LINE == 1) {
      LOG.log(
          System.Logger.Level.WARNING,
          "rule {0} dropped a message on {1}: too many messages wait for the account''s rules"
              + " ({2} dropped so far)",
          rule.name(),
          topic,
          rule.stats().dropped().sum());
    }
  }

  private void evaluate(Rule rule, InputRow row, CompletableFuture<Void> accepted) {
    Outcome.Output output = output(rule, row);
    if (output == null || rule.actions().isEmpty()) {
      pending.remove(row.payload());
      accepted.complete(null);
    } else if (row.isDurable()) {
      keep(rule, row, output, accepted);
    } else {
      accepted.complete(null);
      new Run(rule, row, null, output).start(0);
    }
  }

  private Outcome.@Nullable Output output(Rule rule, InputRow row) {
    return rule.output(rule.statement().open(input(row)), row.topic());
  }

  private Input input(InputRow row) {
    return row.input(
        account.id().digits(), work.random(), new StatementCalls(account, functions, row.rule()));
  }

  private void keep(
      Rule rule, InputRow row, Outcome.Output output, CompletableFuture<Void> accepted) {
    var _ =
        inputs
            .keep(row)
            .whenComplete(
                (number, failure) -> {
                  if (failure == null) {
                    accepted.complete(null);
                    work.threads().execute(() -> new Run(rule, row, number, output).start(0));
                  } else {
                    pending.remove(row.payload());
                    accepted.completeExceptionally(failure);
                  }
                });
  }

  /** Reads what must be known before the first {@link #take}. */
  void open() {
    inputs.open();
  }

  /** Does not try again any more what the store refuses; actions go on. */
  void close() {
    closed = true;
  }

  /**
   * Takes up what a former run of the server has left, once.
   *
   * @param rules the rules that can run
   * @param broken whether a rule is there that cannot run: its messages stay until {@link #resume}
   *     or {@link #giveUp}
   */
  void recover(Function<String, @Nullable Rule> rules, Predicate<String> broken) {
    int count = 0;
    long last = -1;
    for (List<Inputs.Kept> page = inputs.formerAfter(last);
        !page.isEmpty();
        page = inputs.formerAfter(last)) {
      for (Inputs.Kept kept : page) {
        String name = kept.row().rule();
        Rule rule = rules.apply(name);
        if (rule == null && broken.test(name)) {
          parked.computeIfAbsent(name, _ -> new ArrayList<>()).add(kept.number());
        } else {
          work.threads().execute(() -> recover(rule, kept));
        }
      }
      last = page.getLast().number();
      count += page.size();
    }
    if (count > 0) {
      LOG.log(System.Logger.Level.INFO, "rules take up {0} messages of the former run", count);
    }
    parked.forEach(
        (name, numbers) ->
            LOG.log(
                System.Logger.Level.WARNING,
                "{0} messages for the rule {1} wait: it cannot run until it is replaced or the"
                    + " limits allow it; deleting it gives them up",
                numbers.size(),
                name));
  }

  /** A rule can run: takes up what has waited for it. */
  void resume(Rule rule) {
    List<Long> numbers = parked.remove(rule.name());
    if (numbers != null) {
      work.threads().execute(() -> resume(rule, numbers));
    }
  }

  private void resume(Rule rule, List<Long> numbers) {
    for (long number : numbers) {
      Inputs.Kept kept = inputs.get(number);
      if (kept != null) {
        recover(rule, kept);
      }
    }
  }

  /** A rule is deleted: forgets what has waited for it. */
  void giveUp(String name) {
    List<Long> numbers = parked.remove(name);
    if (numbers != null) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} messages are given up: the rule {1} that they waited for is deleted",
          numbers.size(),
          name);
      numbers.forEach(number -> forget(number, () -> {}, 1));
    }
  }

  private void forget(long number, Runnable then, int tries) {
    var _ =
        inputs
            .forget(number)
            .whenComplete(
                (_, failure) -> {
                  if (failure == null) {
                    then.run();
                  } else if (closed || tries == FORGET_TRIES) {
                    LOG.log(
                        System.Logger.Level.WARNING,
                        "a message whose actions are done could not be forgotten: they run again"
                            + " at the next start",
                        failure);
                    then.run();
                  } else {
                    work.threads().execute(() -> forgetLater(number, then, tries));
                  }
                });
  }

  private void forgetLater(long number, Runnable then, int tries) {
    Duration left = FIRST_WAIT;
    for (int i = 1; i < tries && left.compareTo(WAIT_MAX) < 0; i++) {
      left = left.multipliedBy(WAIT_FACTOR);
    }
    left = left.compareTo(WAIT_MAX) < 0 ? left : WAIT_MAX;
    try {
      // In pieces, so that the end of the server need not wait long.
      for (; left.isPositive() && !closed; left = left.minus(WAIT_PIECE)) {
        work.pause().pause(left.compareTo(WAIT_PIECE) < 0 ? left : WAIT_PIECE);
      }
      forget(number, then, tries + 1);
    } catch (InterruptedException e) {
      // The server stops: the actions run again at the next start.
      Thread.currentThread().interrupt();
    }
  }

  private void recover(@Nullable Rule rule, Inputs.Kept kept) {
    InputRow row = kept.row();
    Outcome.Output output = rule == null ? null : output(rule, row);
    if (rule == null || output == null) {
      LOG.log(
          System.Logger.Level.WARNING,
          "a message on {0} is given up: the rule {1} does not want it any more",
          row.topic(),
          row.rule());
      forget(kept.number(), () -> {}, 1);
      return;
    }
    pending.add(row.payload());
    // After a replacement the numbers of the actions mean others: all of them run.
    new Run(rule, row, kept.number(), output)
        .start(rule.revision() == row.revision() ? kept.done() : 0);
  }

  /** One message on its way through the actions of one rule. */
  private final class Run {
    private final Rule rule;
    private final InputRow row;
    private final @Nullable Long number;
    private final Outcome.Output output;
    private final ErrorReport failures;
    private int left;

    Run(Rule rule, InputRow row, @Nullable Long number, Outcome.Output output) {
      this.rule = rule;
      this.row = row;
      this.number = number;
      this.output = output;
      failures = new ErrorReport(rule.name(), row);
    }

    void start(int done) {
      List<Integer> todo =
          java.util.stream.IntStream.range(0, rule.actions().size())
              .filter(i -> (done & 1 << i) == 0)
              .boxed()
              .toList();
      left = todo.size();
      if (todo.isEmpty()) {
        finish();
      }
      for (int index : todo) {
        work.threads().execute(() -> run(index));
      }
    }

    private void run(int index) {
      Action action = rule.actions().get(index);
      Semaphore permits = rule.permits().get(index);
      try {
        permits.acquire();
        ActionResult result;
        try {
          result = attempt(action, output);
        } finally {
          permits.release();
        }
        ended(index, action, result);
      } catch (InterruptedException e) {
        // The server stops: a kept message runs again at the next start.
        Thread.currentThread().interrupt();
      }
    }

    private ActionResult attempt(Action action, Outcome.Output result) throws InterruptedException {
      try {
        return actions.run(
            action,
            new Delivery(rule.name(), rule.statement().open(input(row)), result, row.hops()));
      } catch (RuntimeException e) {
        LOG.log(System.Logger.Level.ERROR, "an action of rule " + rule.name() + " broke off", e);
        return new ActionResult.Failed("", "The action broke off: " + e, false);
      }
    }

    private void ended(int index, Action action, ActionResult result) throws InterruptedException {
      switch (result) {
        case ActionResult.Done _ -> rule.stats().actionsDone().increment();
        case ActionResult.Failed failed -> {
          rule.stats().actionsFailed().increment();
          log("action", action, failed);
          failures.add(action, failed);
        }
      }
      boolean last;
      synchronized (this) {
        last = --left == 0;
      }
      if (last) {
        reportFailures();
        finish();
      } else if (number != null && result instanceof ActionResult.Done) {
        var _ = inputs.done(number, index);
      }
    }

    private void reportFailures() throws InterruptedException {
      Action action = rule.errorAction();
      if (action == null || failures.isEmpty()) {
        return;
      }
      ActionResult result = attempt(action, new Outcome.Output(failures.json(), true));
      if (result instanceof ActionResult.Failed failed) {
        rule.stats().errorActionsFailed().increment();
        log("error action", action, failed);
      } else {
        rule.stats().errorActionsDone().increment();
      }
    }

    private void log(String what, Action action, ActionResult.Failed failed) {
      LOG.log(
          System.Logger.Level.WARNING,
          "rule {0}: {1} {2} failed on {3} for a message on {4}: {5}",
          rule.name(),
          what,
          action.kind(),
          failed.resource(),
          row.topic(),
          failed.why());
    }

    private void finish() {
      if (number == null) {
        pending.remove(row.payload());
      } else {
        forget(number, () -> pending.remove(row.payload()), 1);
      }
    }
  }
}
