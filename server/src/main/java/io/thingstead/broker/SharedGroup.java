package io.thingstead.broker;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The members of one shared subscription: each message goes to one of them. Any thread picks;
 * changes take turns.
 */
final class SharedGroup implements Interest {
  private static final Subscription[] NONE = {};

  private volatile Subscription[] members = NONE;

  @Override
  public Object owner() {
    return this;
  }

  void add(Subscription member) {
    Subscription[] others = without(member.session());
    Subscription[] all = Arrays.copyOf(others, others.length + 1);
    all[others.length] = member;
    members = all;
  }

  void remove(Session session) {
    members = without(session);
  }

  private Subscription[] without(Session session) {
    return Arrays.stream(members).filter(m -> m.session() != session).toArray(Subscription[]::new);
  }

  boolean isEmpty() {
    return members.length == 0;
  }

  /**
   * A member for the next message: one that is online, else one whose queue keeps it; null when
   * nobody can take it.
   */
  @Nullable Subscription pick(RandomGenerator random, Qos qos) {
    Subscription[] all = members;
    if (all.length == 0) {
      return null;
    }
    int first = random.nextInt(all.length);
    Subscription away = null;
    for (int i = 0; i < all.length; i++) {
      Subscription member = all[(first + i) % all.length];
      if (member.session().online()) {
        return member;
      }
      if (away == null && member.session().durable() && member.qos().min(qos) != Qos.AT_MOST_ONCE) {
        away = member;
      }
    }
    return away;
  }
}
