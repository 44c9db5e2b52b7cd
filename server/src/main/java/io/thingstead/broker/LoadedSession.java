package io.thingstead.broker;

import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.model.topic.TopicFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  /** All sessions of a partition. */
  static List<LoadedSession> all(Rows rows, Router router) {
    List<LoadedSession> all = new ArrayList<>();
    Key after = null;
    while (true) {
      List<Rows.Row> page = rows.scan(Tables.SESSION, Key.ALL, after, PAGE);
      for (Rows.Row row : page) {
        after = row.key();
        all.add(one(row, rows, router));
      }
      if (page.size() < PAGE) {
        return all;
      }
    }
  }

  private static LoadedSession one(Rows.Row found, Rows rows, Router router) {
    String clientId = found.key().read().text();
    SessionRow row = SessionRow.decode(found.value());
    Key prefix = Key.of(clientId, row.incarnation());
    byte[] progress = rows.get(Tables.PROGRESS, prefix);
    ProgressRow taken = progress == null ? ProgressRow.START : ProgressRow.decode(progress);
    return new LoadedSession(
        clientId,
        row,
        subscriptions(rows, prefix),
        inbound(rows, prefix, router),
        taken,
        QueuePlace.tail(rows, Tables.QUEUE, clientId, row.incarnation(), taken.head(), router));
  }

  private static Map<String, Loaded> subscriptions(Rows rows, Key prefix) {
    Map<String, Loaded> found = new HashMap<>();
    for (Rows.Row row : rows.scan(Tables.SUBSCRIPTION, prefix, null, Integer.MAX_VALUE)) {
      Key.Reader key = behind(row);
      String text = key.text();
      // The text was checked when it was subscribed to: $share/NAME/FILTER, or a filter.
      boolean shared = text.startsWith("$share/");
      int slash = shared ? text.indexOf('/', 7) : -1;
      String share = shared ? text.substring(7, slash) : null;
      found.put(
          text,
          new Loaded(
              new TopicFilter(text.substring(slash + 1)),
              share,
              SubscriptionRow.decode(row.value())));
    }
    return found;
  }

  private static Map<Integer, Optional<InboundRow>> inbound(Rows rows, Key prefix, Router router) {
    Map<Integer, Optional<InboundRow>> found = new HashMap<>();
    for (Rows.Row row : rows.scan(Tables.INBOUND, prefix, null, Integer.MAX_VALUE)) {
      found.put(
          (int) behind(row).number(), Optional.ofNullable(InboundRow.decode(row.value(), router)));
    }
    return found;
  }

  private static Key.Reader behind(Rows.Row row) {
    Key.Reader key = row.key().read();
    key.text();
    key.number();
    return key;
  }
}
