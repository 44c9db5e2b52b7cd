package io.thingstead.broker;

import io.thingstead.model.topic.TopicFilter;
import java.util.concurrent.ConcurrentHashMap;

/** The shared groups of an account; changes of one group take turns. */
final class Groups {
  private final SubscriptionIndex index;
  private final ConcurrentHashMap<String, SharedGroup> byName = new ConcurrentHashMap<>();

  Groups(SubscriptionIndex index) {
    this.index = index;
  }

  /** Adds a member, or changes its options. */
  void join(String share, Subscription member) {
    byName.compute(
        name(share, member.filter()),
        (name, known) -> {
          SharedGroup group = known;
          if (group == null) {
            group = new SharedGroup();
            index.add(member.filter(), group);
          }
          group.add(member);
          return group;
        });
  }

  void leave(String share, TopicFilter filter, Session session) {
    byName.computeIfPresent(
        name(share, filter),
        (name, group) -> {
          group.remove(session);
          if (!group.isEmpty()) {
            return group;
          }
          index.remove(filter, group);
          return null;
        });
  }

  private static String name(String share, TopicFilter filter) {
    return share + "/" + filter.text();
  }
}
