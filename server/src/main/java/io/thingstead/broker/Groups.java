package io.thingstead.broker;

import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.model.Limits;
import io.thingstead.model.topic.TopicFilter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The shared groups of an account; changes of one group take turns. */
final class Groups {
  private final Broker broker;
  private final ConcurrentHashMap<String, SharedGroup> byName = new ConcurrentHashMap<>();
  private final AtomicInteger count = new AtomicInteger();

  /** What a former run has queued, until it is loaded. */
  private final Map<String, Former> former = new HashMap<>();

  private record Former(long incarnation, ProgressRow progress, QueuePlace.Tail tail) {}

  Groups(Broker broker) {
    this.broker = broker;
  }

  /**
   * Adds a member, or changes its options.
   *
   * @param restored whether it was one in a former run, and so stays whatever the limits are now
   * @return null when it is, else which limit has no room for one more
   */
  @Nullable String join(String share, Subscription member, boolean restored) {
    Limits.Subscriptions limits = broker.limits().subscriptions();
    String name = name(share, member.filter());
    @Nullable String[] exceeded = {null};
    SharedGroup joinedTo =
        byName.compute(
            name,
            (_, known) -> {
              SharedGroup group = known;
              if (group == null) {
                if (count.incrementAndGet() > limits.groupsPerAccount() && !restored) {
                  count.decrementAndGet();
                  exceeded[0] = "subscriptions.groupsPerAccount";
                  return null;
                }
                group = new SharedGroup(broker, name, member.filter(), lane(name), begun(name));
                broker.router().index().add(member.filter(), group);
              } else if (group.members().length >= limits.membersPerGroup()
                  && !group.has(member.session())
                  && !restored) {
                exceeded[0] = "subscriptions.membersPerGroup";
                return group;
              }
              group.add(member);
              return group;
            });
    if (exceeded[0] == null && joinedTo != null) {
      wake(joinedTo, member.session());
    }
    return exceeded[0];
  }

  private @Nullable Long begun(String name) {
    Former known = former.get(name);
    return known == null ? null : known.incarnation;
  }

  private Lane lane(String name) {
    return broker.lanes().of(name);
  }

  void leave(String share, TopicFilter filter, Session session) {
    String name = name(share, filter);
    byName.computeIfPresent(
        name,
        (_, group) -> {
          group.remove(session);
          if (!group.isEmpty()) {
            return group;
          }
          broker.router().index().remove(filter, group);
          count.decrementAndGet();
          session.lane().send(group.lane(), () -> group.backlog().end(!byName.containsKey(name)));
          return null;
        });
  }

  /** A member came online, or has room again; on its lane. */
  void wake(String share, Subscription member) {
    SharedGroup group = byName.get(name(share, member.filter()));
    if (group != null) {
      wake(group, member.session());
    }
  }

  private static void wake(SharedGroup group, Session session) {
    session.lane().send(group.lane(), () -> group.backlog().wake(session));
  }

  /** How many messages wait in the backlogs, for a test. */
  long queued() {
    return byName.values().stream().mapToLong(group -> group.backlog().queued()).sum();
  }

  private static String name(String share, TopicFilter filter) {
    return share + "/" + filter.text();
  }

  /** Reads what a former run has queued, before its members join. */
  void read(int partition, Rows rows) {
    for (Rows.Row row : rows.scan(Tables.GROUP, Key.ALL, null, Integer.MAX_VALUE)) {
      String name = row.key().read().text();
      long incarnation = GroupRow.decode(row.value()).incarnation();
      broker.lanes().gave(incarnation);
      byte[] found = rows.get(Tables.GROUP_PROGRESS, Key.of(name, incarnation));
      ProgressRow progress = found == null ? ProgressRow.START : ProgressRow.decode(found);
      QueuePlace.Tail tail =
          QueuePlace.tail(
              rows, Tables.GROUP_QUEUE, name, incarnation, progress.head(), broker.router());
      former.put(name, new Former(incarnation, progress, tail));
    }
  }

  /** Hands the groups what was read, when their members have joined. */
  CompletableFuture<Void> load() {
    CompletableFuture<?>[] loads =
        former.entrySet().stream()
            .map(one -> load(one.getKey(), one.getValue()))
            .toArray(CompletableFuture[]::new);
    former.clear();
    return CompletableFuture.allOf(loads);
  }

  private CompletableFuture<Void> load(String name, Former queued) {
    SharedGroup known = byName.get(name);
    Lane lane = lane(name);
    return CompletableFuture.runAsync(
        () -> {
          if (known == null) {
            GroupRows.forget(broker, lane, name, queued.incarnation, true);
          } else {
            known.backlog().load(queued.progress, queued.tail);
          }
        },
        lane.loop());
  }

  /** The groups there are. */
  List<SharedGroup> all() {
    return List.copyOf(byName.values());
  }
}
