package io.thingstead.bench.load;

/** A run that cannot be measured: refused connections, subscriptions, time-outs. */
final class LoadException extends RuntimeException {
  LoadException(String message) {
    super(message);
  }
}
