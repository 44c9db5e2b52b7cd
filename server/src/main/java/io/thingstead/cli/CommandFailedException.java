package io.thingstead.cli;

/** A command that cannot do what it was asked; the message is all its user needs. */
final class CommandFailedException extends RuntimeException {
  CommandFailedException(String message) {
    super(message, null, false, false);
  }
}
