package io.thingstead.metrics;

import java.util.Locale;

/** What is kept of an account over time. Their names are on disk. */
public enum Series {
  /** Clients that are connected. */
  CONNECTIONS(true),
  /** Messages in durable queues. */
  QUEUED(true),
  /** Messages that clients and the server published. */
  MESSAGES_IN(false),
  /** Messages sent to clients. */
  MESSAGES_OUT(false),
  BYTES_IN(false),
  BYTES_OUT(false),
  /** What was refused to callers. */
  REFUSED(false),
  /** Messages dropped, or refused for want of room. */
  LOST(false),
  /** Runs of rules' actions that succeeded. */
  RULES_DONE(false),
  /** Those that failed, and evaluations that did. */
  RULES_FAILED(false);

  private final boolean level;

  Series(boolean level) {
    this.level = level;
  }

  /** Whether it goes up and down: of a while its highest is kept. Others are counted. */
  public boolean level() {
    return level;
  }

  /** As the API and the rows write it, such as {@code messagesIn}. */
  public String wireName() {
    String[] words = name().toLowerCase(Locale.ROOT).split("_", -1);
    StringBuilder wire = new StringBuilder(words[0]);
    for (int i = 1; i < words.length; i++) {
      wire.append(Character.toUpperCase(words[i].charAt(0))).append(words[i].substring(1));
    }
    return wire.toString();
  }
}
