package io.thingstead.mqtt;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The topic aliases one client has set, for as long as its connection lasts [MQTT-3.3.2-7]. */
final class InboundAliases {
  /** What the names of all aliases may take; a client may set 65,535 of as many bytes. */
  private static final int NAME_BYTES_MAX = 1 << 20;

  private static final TopicCache.@Nullable Slot[] NONE = {};

  private final int most;
  private int nameBytes;
  private TopicCache.@Nullable Slot[] slots = NONE;

  /**
   * @param most the highest alias, as CONNACK said
   */
  InboundAliases(int most) {
    this.most = most;
  }

  /**
   * The topic of a PUBLISH that carries an alias; sets the alias if it names the topic too.
   *
   * @throws PacketException for an alias that is too high or was never set
   */
  TopicCache.Slot slot(Publish packet, TopicCache topics) {
    int alias = packet.properties().topicAlias();
    if (alias > most) {
      throw new PacketException(
          ReasonCode.TOPIC_ALIAS_INVALID,
          "messages.topicAliases",
          "topic alias " + alias + " is above " + most + " [MQTT-3.3.2-9]");
    }
    if (packet.topicLength() > 0) {
      TopicCache.Slot slot = topics.get(packet.buffer(), packet.topicStart(), packet.topicLength());
      if (alias > slots.length) {
        slots = Arrays.copyOf(slots, alias);
      }
      TopicCache.Slot before = slots[alias - 1];
      nameBytes += packet.topicLength() - (before == null ? 0 : before.entry.bytes().length);
      if (nameBytes > NAME_BYTES_MAX) {
        throw new PacketException(
            ReasonCode.QUOTA_EXCEEDED,
            "the topics of its aliases take more than " + NAME_BYTES_MAX + " bytes");
      }
      slots[alias - 1] = slot;
      return slot;
    }
    TopicCache.Slot known = alias > slots.length ? null : slots[alias - 1];
    if (known == null) {
      throw PacketException.protocol("topic alias " + alias + " was never set [MQTT5 3.3.2.3.4]");
    }
    return known;
  }
}
