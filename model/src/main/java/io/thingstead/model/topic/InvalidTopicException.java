package io.thingstead.model.topic;

/** A text that is no topic name or filter; the message is a whole clause for people. */
public final class InvalidTopicException extends RuntimeException {
  InvalidTopicException(String message) {
    // No stack trace: clients can cause it at will.
    super(message, null, false, false);
  }
}
