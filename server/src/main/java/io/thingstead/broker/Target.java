package io.thingstead.broker;

import io.netty.buffer.ByteBuf;
import io.thingstead.event.Reason;

/** The client's end of an online session. Only the session's loop calls it. */
public interface Target {
  /** Whether packets carry the properties of MQTT 5. */
  boolean properties();

  /**
   * The alias a PUBLISH on this topic is to carry: 0 for none, positive when the client knows it,
   * so that the topic need not be named, negative when the packet names the topic too and so sets
   * it.
   */
  default int alias(TopicEntry topic) {
    return 0;
  }

  /** A PUBLISH was written, for those who count. */
  default void wrote() {}

  /** A PUBLISH that sets this alias for the topic was written. */
  default void aliased(TopicEntry topic, int alias) {}

  /**
   * Whether what is left of a message's lifetime is told in whole seconds that are left, as the
   * cloud does, or as what it began with less the whole seconds that are over.
   */
  default boolean wholeSecondsLeft() {
    return false;
  }

  /** The largest packet in bytes the client takes. */
  long packetBytesMax();

  /**
   * Whether it takes more: false while what was written and not yet sent is at its bound. A QoS 0
   * message is dropped then, any other waits in its session.
   */
  boolean writable();

  /**
   * A buffer with room for so many bytes, which the caller appends at once. What is appended leaves
   * at the end of the loop's turn.
   */
  ByteBuf out(int bytes);

  /** Appends a large piece after what {@link #out} holds, taking over the caller's reference. */
  void append(ByteBuf piece);

  /** Sends what was appended; called by the lane at the end of the loop's turn. */
  void flush();

  /** Sends PUBREL. */
  void release(int packetId);

  /**
   * Messages of a topic are not given to the client, for it may not receive them; told once until
   * something changes, not for each message.
   */
  default void withheld(String topic, Reason why) {}

  /**
   * The broker ends this connection: says why (in MQTT 5) and closes. The session has been detached
   * already, so nothing is told to it any more.
   */
  void close(Closing why);
}
