package io.thingstead.broker;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The packet ids that are in flight to one client, and what they stand for. Ids are taken in turn
 * from 1 to the window's size, so that one just freed is not the next one used.
 */
final class Window {
  /** What an id waits for. */
  enum State {
    FREE,
    /** QoS 1 sent: waits for PUBACK. */
    PUBACK,
    /** QoS 2: its id waits to be durable; nothing was sent. */
    COMMIT,
    /** QoS 2 sent: waits for PUBREC. */
    PUBREC,
    /** QoS 2 received: waits for its release to be durable, then for PUBCOMP. */
    PUBCOMP
  }

  /** Memory for messages of one client in flight; one more is sent while there is less. */
  private static final int BYTES_MAX = 1 << 20;

  private static final State[] NONE = {};

  private final int max;
  private final @Nullable Retries retries;
  private State[] states = NONE;
  private @Nullable Stored[] messages = {};
  private int inFlight;

  /** What the messages take in memory that are kept until they are acknowledged. */
  private int bytes;

  private int last;

  /** In flight before the client came back, and not yet sent to it again. */
  private int unsent;

  /**
   * @param max ids at one time, 1 to 65535
   * @param retries told what waits for PUBACK; null when nobody wants to know
   */
  Window(int max, @Nullable Retries retries) {
    this.max = max;
    this.retries = retries;
  }

  /** Takes an id for a message; 0 when all are in flight. */
  int take(State state, @Nullable Stored message) {
    if (full()) {
      return 0;
    }
    if (inFlight == states.length) {
      grow(Math.min(max, Math.max(8, states.length * 2)));
    }
    int at = last;
    do {
      at = at == states.length ? 0 : at;
      at++;
    } while (states[at - 1] != State.FREE);
    last = at;
    set(at, state, message);
    inFlight++;
    return at;
  }

  /** Takes a given id, as a resumed session remembers it; even beyond the window's size. */
  void restore(int id, State state, @Nullable Stored message) {
    if (id > states.length) {
      grow(id);
    }
    set(id, state, message);
    inFlight++;
  }

  private void grow(int size) {
    int was = states.length;
    states = Arrays.copyOf(states, size);
    Arrays.fill(states, was, size, State.FREE);
    messages = Arrays.copyOf(messages, size);
  }

  private void set(int id, State state, @Nullable Stored message) {
    unsent -= unsent(id);
    bytes += bytes(message) - bytes(messages[id - 1]);
    states[id - 1] = state;
    messages[id - 1] = message;
    unsent += unsent(id);
    if (retries != null) {
      retries.waits(id, state == State.PUBACK);
    }
  }

  private static int bytes(@Nullable Stored message) {
    return message == null ? 0 : message.bytes();
  }

  private int unsent(int id) {
    Stored message = messages[id - 1];
    State state = states[id - 1];
    boolean waits = state == State.PUBACK || state == State.PUBREC;
    return waits && message != null && message.isSlim() ? 1 : 0;
  }

  /** Whether nothing may be sent, not even again, as the client takes no more at a time. */
  boolean spent() {
    return inFlight - unsent >= max;
  }

  State state(int id) {
    return id < 1 || id > states.length ? State.FREE : states[id - 1];
  }

  @Nullable Stored message(int id) {
    return messages[id - 1];
  }

  /** The same message, in another form. */
  void replace(int id, Stored message) {
    set(id, states[id - 1], message);
  }

  /** The id now waits for something else. */
  void move(int id, State state) {
    set(id, state, messages[id - 1]);
  }

  /** Frees an id in flight. */
  void free(int id) {
    set(id, State.FREE, null);
    inFlight--;
  }

  /** Whether the client has so many messages, or so much of them is kept, that no more is sent. */
  boolean full() {
    return inFlight >= max || bytes >= BYTES_MAX;
  }

  int inFlight() {
    return inFlight;
  }

  /** The highest id that may be in flight. */
  int highest() {
    return states.length;
  }

  /** The ids of QoS 2 messages in flight, which must survive. */
  List<ProgressRow.InFlight> exactlyOnce() {
    List<ProgressRow.InFlight> ids = new ArrayList<>();
    for (int id = 1; id <= states.length; id++) {
      Stored message = messages[id - 1];
      State state = states[id - 1];
      boolean counts = state == State.COMMIT || state == State.PUBREC || state == State.PUBCOMP;
      if (counts && message != null) {
        ids.add(new ProgressRow.InFlight(id, message.sequence, state == State.PUBCOMP));
      }
    }
    return ids;
  }
}
