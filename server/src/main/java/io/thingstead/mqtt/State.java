package io.thingstead.mqtt;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** Where a connection stands, and where it may go from there. */
enum State {
  /** Nothing was said yet. */
  NEW,
  /** CONNECT came; who it is and what it may is being found out. */
  AUTHORIZING,
  /** It may connect; it is moved to the loop of its session, which is made ready. */
  JOINING,
  /** CONNACK was sent. */
  CONNECTED,
  /** Nothing more is read or written. */
  CLOSED;

  private static final Map<State, Set<State>> LEGAL = new EnumMap<>(State.class);

  static {
    LEGAL.put(NEW, EnumSet.of(AUTHORIZING, CLOSED));
    LEGAL.put(AUTHORIZING, EnumSet.of(JOINING, CLOSED));
    LEGAL.put(JOINING, EnumSet.of(CONNECTED, CLOSED));
    LEGAL.put(CONNECTED, EnumSet.of(CLOSED));
    LEGAL.put(CLOSED, EnumSet.noneOf(State.class));
  }

  /** The next state, if it may follow. */
  State to(State next) {
    if (!LEGAL.getOrDefault(this, Set.of()).contains(next)) {
      throw new IllegalStateException("a connection does not go from " + this + " to " + next);
    }
    return next;
  }
}
