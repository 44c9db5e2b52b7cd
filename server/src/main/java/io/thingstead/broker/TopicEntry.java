package io.thingstead.broker;

import io.thingstead.model.topic.Topic;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What the broker knows of one topic name: its bytes, and where its messages go. Publishers keep it
 * in their own caches; the route is looked up again when a subscription that matters has changed.
 */
public final class TopicEntry {
  private final Topic topic;
  private final byte[] bytes;
  private final int stripe;
  private volatile @Nullable Route route;

  TopicEntry(Topic topic) {
    this.topic = topic;
    this.bytes = topic.text().getBytes(StandardCharsets.UTF_8);
    this.stripe = SubscriptionIndex.stripe(topic.text());
  }

  public Topic topic() {
    return topic;
  }

  /** Its UTF-8 bytes, not to be changed. */
  public byte[] bytes() {
    return bytes;
  }

  Route route(Router router) {
    Route known = route;
    if (known != null && known.holds(router.index(), stripe)) {
      return known;
    }
    Route found = router.route(this);
    route = found;
    return found;
  }

  int stripe() {
    return stripe;
  }
}
