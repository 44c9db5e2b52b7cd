package io.thingstead.broker;

import io.thingstead.model.topic.TopicFilter;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The members of one shared subscription: each message goes to one of them. Any thread picks from a
 * snapshot; changes take turns. What nobody takes is queued in the {@link Backlog}, on the lane of
 * the group's name.
 */
final class SharedGroup implements Interest {
  private static final Member[] NONE = {};

  private final String name;
  private final TopicFilter filter;
  private final Backlog backlog;
  private volatile Member[] members = NONE;
  private volatile boolean durable;

  /** A member, and its delivery as the lanes want it. */
  record Member(Subscription subscription, Delivery[] delivery) {
    Session session() {
      return subscription.session();
    }
  }

  /**
   * @param begun the incarnation under which a former run has queued messages, if it has
   */
  SharedGroup(Broker broker, String name, TopicFilter filter, Lane lane, @Nullable Long begun) {
    this.name = name;
    this.filter = filter;
    this.backlog = new Backlog(broker, this, lane, begun);
  }

  @Override
  public Object owner() {
    return this;
  }

  String name() {
    return name;
  }

  TopicFilter filter() {
    return filter;
  }

  /** What nobody has taken; its lane alone uses it. */
  Backlog backlog() {
    return backlog;
  }

  Lane lane() {
    return backlog.lane();
  }

  Member[] members() {
    return members;
  }

  /** Whether it has a member whose session outlives its connection, so that messages are kept. */
  boolean durable() {
    return durable;
  }

  boolean has(Session session) {
    return Arrays.stream(members).anyMatch(m -> m.session() == session);
  }

  void add(Subscription member) {
    Member[] others = without(member.session());
    Member[] all = Arrays.copyOf(others, others.length + 1);
    all[others.length] = new Member(member, new Delivery[] {Delivery.of(member, this)});
    set(all);
  }

  void remove(Session session) {
    set(without(session));
  }

  private void set(Member[] all) {
    durable = Arrays.stream(all).anyMatch(m -> m.session().durable());
    members = all;
  }

  private Member[] without(Session session) {
    return Arrays.stream(members).filter(m -> m.session() != session).toArray(Member[]::new);
  }

  boolean isEmpty() {
    return members.length == 0;
  }

  /**
   * An online member for the next message; null when there is none, or when others wait for their
   * turn already.
   */
  @Nullable Member pick(RandomGenerator random) {
    Member[] all = members;
    if (all.length == 0 || backlog.waiting()) {
      return null;
    }
    int first = all.length == 1 ? 0 : random.nextInt(all.length);
    for (int i = 0; i < all.length; i++) {
      Member member = all[(first + i) % all.length];
      if (member.session().online()) {
        return member;
      }
    }
    return null;
  }
}
