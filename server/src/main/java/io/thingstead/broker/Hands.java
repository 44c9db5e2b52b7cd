package io.thingstead.broker;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How much of a shared group's backlog each member is being asked to take; for the group's lane.
 */
final class Hands {
  /** Messages handed to a member that it has not yet said whether it takes. */
  private static final int ASKED_MAX = 16;

  private final Broker broker;
  private final SharedGroup group;
  private final Lane lane;
  private final Map<Session, Hand> bySession = new HashMap<>(2);
  private int turn;

  /** One member. */
  static final class Hand {
    private int asked;
    private boolean busy;
    private long second;
    private int inSecond;

    /** The member has answered. */
    void answered(boolean takes) {
      asked--;
      busy |= !takes;
    }
  }

  Hands(Broker broker, SharedGroup group, Lane lane) {
    this.broker = broker;
    this.group = group;
    this.lane = lane;
  }

  boolean anyoneOnline() {
    for (SharedGroup.Member member : group.members()) {
      if (member.session().online()) {
        return true;
      }
    }
    return false;
  }

  /** A member that may have room, each in turn; null when there is none. */
  SharedGroup.@Nullable Member next() {
    SharedGroup.Member[] all = group.members();
    long second = lane.nowMillis() / 1000;
    for (int i = 0; i < all.length; i++) {
      turn = turn + 1 < all.length ? turn + 1 : 0;
      if (all[turn].session().online() && takes(all[turn].session(), second)) {
        return all[turn];
      }
    }
    return null;
  }

  private boolean takes(Session session, long second) {
    Hand hand = bySession.computeIfAbsent(session, _ -> new Hand());
    if (hand.second != second) {
      hand.second = second;
      hand.inSecond = 0;
    }
    return !hand.busy
        && hand.asked < ASKED_MAX
        && hand.inSecond < broker.limits().sessions().drainedPerMember();
  }

  /** A member is asked to take a message. */
  Hand ask(Session session) {
    Hand hand = bySession.computeIfAbsent(session, _ -> new Hand());
    hand.asked++;
    hand.inSecond++;
    return hand;
  }

  /** A member has room again. */
  void wake(Session session) {
    Hand hand = bySession.get(session);
    if (hand != null) {
      hand.busy = false;
    }
  }

  /** Any member may have room again. */
  void wakeAll() {
    bySession.values().forEach(hand -> hand.busy = false);
  }

  /** Forgets those that are members no more. */
  void forget() {
    bySession.keySet().removeIf(session -> !group.has(session));
  }
}
