package io.thingstead.rules.action;

import io.thingstead.account.Account;
import io.thingstead.broker.Publishing;
import io.thingstead.function.FunctionCalls;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/** Carries out actions, each with its own retries. Blocks: for virtual threads. */
public final class Actions {
  /** Tries of an action whose own rules do not say otherwise. */
  private static final int TRIES = 3;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final int PAUSE_FACTOR = 4;

  private final Republisher republisher;
  private final HttpPoster poster;
  private final LambdaCaller lambdas;
  private final Pause pause;

  /**
   * @param confirmed whether an enabled destination has exactly this confirmation URL
   */
  public Actions(
      Account account,
      Publishing publishing,
      HttpCalls calls,
      Predicate<URI> confirmed,
      FunctionCalls functions,
      Pause pause) {
    republisher = new Republisher(account, publishing, calls.clock());
    poster = new HttpPoster(calls, confirmed, pause);
    lambdas = new LambdaCaller(account, functions);
    this.pause = pause;
  }

  /** Runs an action until it is done, or trying again cannot help or has not. */
  public ActionResult run(Action action, Delivery delivery) throws InterruptedException {
    return switch (action) {
      case Action.Http http -> poster.run(http, delivery);
      case Action.Republish republish -> repeated(() -> republisher.run(republish, delivery));
      case Action.Lambda lambda -> repeated(() -> lambdas.run(lambda, delivery));
    };
  }

  /** Tries once to republish on a client's lane; the stage fails when that did not work. */
  public CompletionStage<Void> startRepublish(
      String client, Action.Republish action, Delivery delivery) {
    return republisher.start(client, action, delivery);
  }

  /** One try of an action. */
  @FunctionalInterface
  private interface Try {
    ActionResult run() throws InterruptedException;
  }

  private ActionResult repeated(Try once) throws InterruptedException {
    ActionResult result = once.run();
    Duration next = FIRST_PAUSE;
    for (int tries = 1;
        tries < TRIES && result instanceof ActionResult.Failed failed && failed.mayRetry();
        tries++) {
      pause.pause(next);
      next = next.multipliedBy(PAUSE_FACTOR);
      result = once.run();
    }
    return result;
  }
}
