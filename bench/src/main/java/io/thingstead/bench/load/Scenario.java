package io.thingstead.bench.load;

/** What the clients do. */
enum Scenario {
  /** Many publishers, one topic, few subscribers. */
  FANIN,
  /** One publisher, many subscribers. */
  FANOUT,
  /** As many publishers as subscribers, a topic for each two. */
  PAIRS,
  /** Many wildcard filters, random topics. */
  WILD,
  /** Messages stored for sessions that are away, then drained. */
  OFFLINE,
  /** Connections that do nothing, with a subscription each. */
  IDLE,
  /** Connections opened and closed without TLS, as fast as they go. */
  CONNECT,
  /** The same with a full TLS 1.3 handshake. */
  TLS
}
