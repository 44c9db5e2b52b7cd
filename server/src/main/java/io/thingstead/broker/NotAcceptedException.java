package io.thingstead.broker;

/** A publish of the server or the API was not taken by every durable branch. */
public final class NotAcceptedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Outcome outcome;

  NotAcceptedException(Outcome outcome) {
    super("not accepted: " + outcome, null, false, false);
    this.outcome = outcome;
  }

  public Outcome outcome() {
    return outcome;
  }
}
