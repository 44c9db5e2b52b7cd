package io.thingstead.broker;

import io.thingstead.authorize.Authorization;

/** How one session gets the messages of one topic; used by the session's lane only. */
final class Delivery {
  static final int[] NO_IDS = {};

  final Session session;
  final Qos qos;
  final boolean noLocal;
  final boolean retainAsPublished;

  /** The subscription identifiers of all its matching subscriptions. */
  final int[] ids;

  // The last answer of iot:Receive, good while the stamp is.
  private boolean asked;
  private int stamp;
  private boolean allowed;

  Delivery(Session session, Qos qos, boolean noLocal, boolean retainAsPublished, int[] ids) {
    this.session = session;
    this.qos = qos;
    this.noLocal = noLocal;
    this.retainAsPublished = retainAsPublished;
    this.ids = ids;
  }

  static Delivery of(Subscription subscription) {
    return new Delivery(
        subscription.session(),
        subscription.qos(),
        subscription.noLocal(),
        subscription.retainAsPublished(),
        subscription.id() == 0 ? NO_IDS : new int[] {subscription.id()});
  }

  /** One delivery for two subscriptions of one session, at the higher QoS [MQTT-3.3.4-2]. */
  Delivery and(Subscription other) {
    int[] both = ids;
    if (other.id() != 0) {
      both = java.util.Arrays.copyOf(ids, ids.length + 1);
      both[ids.length] = other.id();
    }
    return new Delivery(
        session,
        qos.ordinal() >= other.qos().ordinal() ? qos : other.qos(),
        noLocal && other.noLocal(),
        retainAsPublished || other.retainAsPublished(),
        both);
  }

  boolean mayReceive(Authorization authorization, TopicEntry topic) {
    int now = authorization.stamp();
    if (!asked || stamp != now) {
      allowed = authorization.receive(topic.topic().text()).allowed();
      stamp = now;
      asked = true;
    }
    return allowed;
  }
}
