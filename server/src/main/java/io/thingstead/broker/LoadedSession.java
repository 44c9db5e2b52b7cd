package io.thingstead.broker;

import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Table;
import io.thingstead.model.topic.TopicFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A durable session as its rows have it.
 *
 * @param subscriptions by the text the client used
 * @param inbound QoS 2 messages taken, by packet id; a row if it is still to be routed
 * @param tail where its queue ends
 */
record LoadedSession(
    String clientId,
    SessionRow row,
    Map<String, Loaded> subscriptions,
    Map<Integer, Optional<InboundRow>> inbound,
    ProgressRow progress,
    QueuePlace.Tail tail) {
  private static final int PAGE = 1000;

  /** A subscription that waits for its session. */
  record Loaded(TopicFilter filter, @Nullable String share, SubscriptionRow row) {
    Session.Held held(Session session) {
      return new Session.Held(
          new Subscription(
              session, filter, row.qos(), row.noLocal(), row.retainAsPublished(), row.id()),
          share);
    }
  }

  /** Whose rows they are. */
  record Owner(String clientId, long incarnation) {
    /** Of a row whose key begins so. */
    static Owner of(Rows.Row row) {
      Key.Reader key = row.key().read();
      return new Owner(key.text(), key.number());
    }
  }

  /**
   * All sessions of a partition. Each table is read from its begin to its end, for a look at a
   * place costs as much as some hundred rows behind it.
   */
  static List<LoadedSession> all(Rows rows, Router router) {
    Map<Owner, Map<String, Loaded>> subscriptions = new HashMap<>();
    each(
        rows,
        Tables.SUBSCRIPTION,
        row -> {
          Key.Reader key = behind(row);
          String text = key.text();
          subscriptions
              .computeIfAbsent(Owner.of(row), _ -> new HashMap<>(2))
              .put(text, loaded(text, row.value()));
        });
    Map<Owner, Map<Integer, Optional<InboundRow>>> inbound = new HashMap<>();
    each(
        rows,
        Tables.INBOUND,
        row ->
            inbound
                .computeIfAbsent(Owner.of(row), _ -> new HashMap<>(2))
                .put(
                    (int) behind(row).number(),
                    Optional.ofNullable(InboundRow.decode(row.value(), router))));
    Map<Owner, ProgressRow> progress = new HashMap<>();
    each(
        rows, Tables.PROGRESS, row -> progress.put(Owner.of(row), ProgressRow.decode(row.value())));
    Map<Owner, QueuePlace.Tail> tails = QueuePlace.tails(rows, Tables.QUEUE, router);
    List<LoadedSession> all = new ArrayList<>();
    each(
        rows,
        Tables.SESSION,
        row -> {
          SessionRow session = SessionRow.decode(row.value());
          Owner owner = new Owner(row.key().read().text(), session.incarnation());
          ProgressRow taken = progress.getOrDefault(owner, ProgressRow.START);
          all.add(
              new LoadedSession(
                  owner.clientId,
                  session,
                  subscriptions.getOrDefault(owner, Map.of()),
                  inbound.getOrDefault(owner, Map.of()),
                  taken,
                  tails.getOrDefault(owner, new QueuePlace.Tail(taken.head(), 0))));
        });
    return all;
  }

  private static void each(Rows rows, Table table, Consumer<Rows.Row> to) {
    Key after = null;
    List<Rows.Row> page;
    do {
      page = rows.scan(table, Key.ALL, after, PAGE);
      for (Rows.Row row : page) {
        to.accept(row);
        after = row.key();
      }
    } while (page.size() == PAGE);
  }

  /** The text was checked when it was subscribed to: $share/NAME/FILTER, or a filter. */
  private static Loaded loaded(String text, byte[] value) {
    boolean shared = text.startsWith("$share/");
    int slash = shared ? text.indexOf('/', 7) : -1;
    String share = shared ? text.substring(7, slash) : null;
    return new Loaded(
        new TopicFilter(text.substring(slash + 1)), share, SubscriptionRow.decode(value));
  }

  private static Key.Reader behind(Rows.Row row) {
    Key.Reader key = row.key().read();
    key.text();
    key.number();
    return key;
  }
}
