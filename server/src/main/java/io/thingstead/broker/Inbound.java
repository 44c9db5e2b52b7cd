package io.thingstead.broker;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The QoS 2 messages taken from one client whose ids it has not yet released [MQTT-4.3.3-10]. Those
 * of a durable session are durable before PUBREC, and forgotten durably before PUBCOMP.
 */
public final class Inbound {
  private final Session session;

  /** Made when first needed: most clients send no QoS 2. */
  private @Nullable Map<Integer, Taken> taken;

  /** A message that is being made safe, or is. */
  private static final class Taken {
    private boolean answered;
    private @Nullable Consumer<Outcome> asks;
  }

  Inbound(Session session) {
    this.session = session;
  }

  /** Whether the id is known: the message must not be routed again. */
  public boolean knows(int packetId) {
    return taken != null && taken.containsKey(packetId);
  }

  /**
   * A message with a known id was sent again.
   *
   * @param answer hears what to answer when that is known, in place of who asked before; at once if
   *     it is
   */
  public void again(int packetId, Consumer<Outcome> answer) {
    Taken known = taken == null ? null : taken.get(packetId);
    if (known == null) {
      throw new IllegalArgumentException("packet id " + packetId + " is not known");
    }
    if (known.answered) {
      answer.accept(Outcome.ACCEPTED);
    } else {
      known.asks = answer;
    }
  }

  /** How many ids are known. */
  public int count() {
    return taken == null ? 0 : taken.size();
  }

  void take(int packetId, Consumer<Outcome> asks) {
    Taken one = new Taken();
    one.asks = asks;
    known().put(packetId, one);
  }

  /**
   * A former run took it.
   *
   * @param routed whether all have it, so that it can be answered
   */
  void load(int packetId, boolean routed) {
    Taken one = new Taken();
    one.answered = routed;
    known().put(packetId, one);
  }

  private Map<Integer, Taken> known() {
    Map<Integer, Taken> all = taken;
    if (all == null) {
      all = new HashMap<>(2);
      taken = all;
    }
    return all;
  }

  /** The message is safe, so that PUBREC goes out; or it was refused, so that the id is free. */
  void answer(int packetId, Outcome outcome) {
    Taken one = taken == null ? null : taken.get(packetId);
    if (one == null) {
      return;
    }
    one.answered = true;
    if (outcome != Outcome.ACCEPTED) {
      known().remove(packetId);
    }
    Consumer<Outcome> asks = one.asks;
    if (asks != null) {
      one.asks = null;
      asks.accept(outcome);
    }
  }

  /**
   * The client releases an id.
   *
   * @param done hears, when that is durable, whether the id was known; or that it cannot be made
   *     durable, which ends the connection
   */
  public void release(int packetId, Consumer<Released> done) {
    Taken one = taken == null ? null : taken.remove(packetId);
    if (one == null) {
      done.accept(Released.UNKNOWN);
    } else if (session.durable()) {
      session.deleteRow(Tables.INBOUND, session.key(packetId));
      session
          .lane()
          .journal()
          .then(
              durable -> {
                if (!durable) {
                  // It is still known on disk, so that the client must release it once more.
                  known().putIfAbsent(packetId, one);
                }
                done.accept(durable ? Released.KNOWN : Released.UNAVAILABLE);
              });
    } else {
      done.accept(Released.KNOWN);
    }
  }

  /** How a release went. */
  public enum Released {
    KNOWN,
    UNKNOWN,
    UNAVAILABLE
  }
}
