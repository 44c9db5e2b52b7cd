package io.thingstead.mqtt;

import io.netty.buffer.ByteBuf;
import io.thingstead.authorize.Authorization;
import io.thingstead.authorize.Decision;
import io.thingstead.broker.Broker;
import io.thingstead.broker.TopicEntry;
import io.thingstead.model.Limits;
import io.thingstead.model.Profile;
import io.thingstead.model.topic.InvalidTopicException;
import io.thingstead.model.topic.ReservedTopics;
import io.thingstead.model.topic.Topic;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The topics one client publishes to, found by their bytes, with what it may do there. A hit
 * allocates nothing.
 */
final class TopicCache {
  private static final int SLOTS_MAX = 256;

  /** A longer name is only remembered until the next one comes. */
  private static final int NAME_BYTES_MAX = 1 << 10;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** A topic and the last decisions, which hold as long as the stamp does. */
  static final class Slot {
    final TopicEntry entry;
    private final byte[] name;

    /** Why the cloud's rules forbid the topic, whatever policies say; null if they do not. */
    final @Nullable String reserved;

    final boolean retainReserved;
    private int stamp;
    private @Nullable Decision publish;
    private @Nullable Decision retain;

    Slot(TopicEntry entry, @Nullable String reserved, boolean retainReserved) {
      this.entry = entry;
      this.name = entry.bytes();
      this.reserved = reserved;
      this.retainReserved = retainReserved;
    }

    Decision publish(Authorization authorization) {
      fresh(authorization);
      Decision known = publish;
      if (known == null) {
        known = authorization.publish(entry.topic().text());
        publish = known;
      }
      return known;
    }

    Decision retain(Authorization authorization) {
      fresh(authorization);
      Decision known = retain;
      if (known == null) {
        known = authorization.retain(entry.topic().text());
        retain = known;
      }
      return known;
    }

    private void fresh(Authorization authorization) {
      int now = authorization.stamp();
      if (now != stamp) {
        stamp = now;
        publish = null;
        retain = null;
      }
    }

    private boolean is(ByteBuf buffer, int start, int length) {
      if (length != name.length) {
        return false;
      }
      int i = 0;
      for (; i + 8 <= length; i += 8) {
        if (buffer.getLong(start + i) != (long) LONGS.get(name, i)) {
          return false;
        }
      }
      for (; i < length; i++) {
        if (buffer.getByte(start + i) != name[i]) {
          return false;
        }
      }
      return true;
    }
  }

  private static final @Nullable Slot[] NONE = {};

  private final Broker broker;
  private final Profile profile;
  private final Limits.Topics limits;
  private @Nullable Slot last;
  private @Nullable Slot[] slots = NONE;
  private int misses;

  TopicCache(Broker broker, Profile profile, Limits.Topics limits) {
    this.broker = broker;
    this.profile = profile;
    this.limits = limits;
  }

  /**
   * The slot of a topic's bytes, which are valid UTF-8.
   *
   * @throws InvalidTopicException when it is no topic or breaks a limit
   */
  Slot get(ByteBuf buffer, int start, int length) {
    Slot hit = last;
    if (hit != null && hit.is(buffer, start, length)) {
      return hit;
    }
    if (length > NAME_BYTES_MAX) {
      last = make(buffer, start, length);
      return last;
    }
    if (slots.length == 0) {
      Slot made = make(buffer, start, length);
      // One topic needs no table; a second does.
      if (hit != null) {
        slots = new Slot[8];
        slots[hash(hit.entry.bytes()) & 7] = hit;
        slots[hash(made.entry.bytes()) & 7] = made;
      }
      last = made;
      return made;
    }
    int at = hash(buffer, start, length) & slots.length - 1;
    Slot known = slots[at];
    if (known == null || !known.is(buffer, start, length)) {
      known = make(buffer, start, length);
      if (++misses > slots.length && slots.length < SLOTS_MAX) {
        misses = 0;
        slots = new Slot[slots.length * 4];
        at = hash(buffer, start, length) & slots.length - 1;
      }
      slots[at] = known;
    }
    last = known;
    return known;
  }

  private Slot make(ByteBuf buffer, int start, int length) {
    String text = buffer.toString(start, length, StandardCharsets.UTF_8);
    Topic topic = Topic.parse(text, limits);
    String reserved =
        ReservedTopics.mayPublish(topic, profile)
            ? null
            : "clients may not publish on the reserved topic " + text;
    return new Slot(broker.topic(topic), reserved, !ReservedTopics.mayRetain(topic, profile));
  }

  private static int hash(ByteBuf buffer, int start, int length) {
    int hash = length;
    for (int i = Math.max(0, length - 24); i < length; i++) {
      hash = hash * 31 + buffer.getByte(start + i);
    }
    return hash ^ hash >>> 15;
  }

  private static int hash(byte[] name) {
    int hash = name.length;
    for (int i = Math.max(0, name.length - 24); i < name.length; i++) {
      hash = hash * 31 + name[i];
    }
    return hash ^ hash >>> 15;
  }
}
