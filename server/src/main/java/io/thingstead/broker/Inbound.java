package io.thingstead.broker;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The QoS 2 messages taken from one client whose ids it has not yet released [MQTT-4.3.3-10]. Those
 * of a durable session are durable before PUBREC, and forgotten durably before PUBCOMP.
 */
public final class Inbound {
  private final Session session;
  private final Map<Integer, Boolean> taken = new HashMap<>(2);

  Inbound(Session session) {
    this.session = session;
  }

  /** Whether the id is known: the message must not be routed again. */
  public boolean knows(int packetId) {
    return taken.containsKey(packetId);
  }

  /** Whether a known id was answered with PUBREC, so that the answer may be repeated. */
  public boolean answered(int packetId) {
    return taken.getOrDefault(packetId, false);
  }

  /** How many ids are known. */
  public int count() {
    return taken.size();
  }

  void take(int packetId) {
    taken.put(packetId, false);
  }

  void load(int packetId) {
    taken.put(packetId, true);
  }

  /** The message is safe: PUBREC goes out. */
  public void answer(int packetId) {
    taken.replace(packetId, true);
  }

  /** The message was refused: the id is free again. */
  public void refuse(int packetId) {
    taken.remove(packetId);
  }

  /**
   * The client releases an id.
   *
   * @param done hears, when that is durable, whether the id was known; or that it cannot be made
   *     durable, which ends the connection
   */
  public void release(int packetId, Consumer<Released> done) {
    if (taken.remove(packetId) == null) {
      done.accept(Released.UNKNOWN);
    } else if (session.durable()) {
      session.deleteRow(Tables.INBOUND, session.key(packetId));
      session
          .lane()
          .journal()
          .then(durable -> done.accept(durable ? Released.KNOWN : Released.UNAVAILABLE));
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
