package io.thingstead.bench.load;

/** What the clients do. */
enum Scenario {
  /** Many publishers, one topic, few subscribers. */
  FANIN,
  /** One publisher, many subscribers. */
  FANOUT,
  /** As many publishers as subscribers, a topic for each two. */
  PAIRS,
  /**
   * The same through a rule: published as JSON to {@code ru/<i>/s}, awaited on {@code rp/<i>/d}.
   */
  RULE,
  /** Many wildcard filters, random topics. */
  WILD,
  /** Many filters without wildcards, random topics, each of which one of them matches. */
  EXACT,
  /**
   * Durable sessions, connected, subscribed and left, one after the other; then messages for each.
   */
  SESSIONS,
  /** They come again, each until it has its messages. */
  RESUME,
  /** Messages stored for sessions that are away, then drained. */
  OFFLINE,
  /** Connections that do nothing, with a subscription each. */
  IDLE,
  /** Connections opened, subscribed once and closed, as fast as they go. */
  CONNECT,
  /** Connections opened with a full TLS 1.3 handshake and closed after CONNACK. */
  TLS
}
