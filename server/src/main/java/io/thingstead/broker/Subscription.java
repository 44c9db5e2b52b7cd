package io.thingstead.broker;

import io.thingstead.model.topic.TopicFilter;

/**
 * A session's interest in a filter.
 *
 * @param id the MQTT 5 subscription identifier, or 0
 */
record Subscription(
    Session session,
    TopicFilter filter,
    Qos qos,
    boolean noLocal,
    boolean retainAsPublished,
    int id)
    implements Interest {
  @Override
  public Object owner() {
    return session;
  }
}
