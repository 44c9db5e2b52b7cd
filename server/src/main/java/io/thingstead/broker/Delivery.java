package io.thingstead.broker;

import io.thingstead.authorize.Authorization;
import io.thingstead.authorize.Decision;
import io.thingstead.event.Reason;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** How one session gets the messages of one topic; used by the session's lane only. */
final class Delivery {
  static final int[] NO_IDS = {};

  final Session session;
  final Qos qos;
  final boolean retainAsPublished;

  /** The subscription identifiers of all its matching subscriptions. */
  final int[] ids;

  /**
   * How the session gets what it has published itself: without the subscriptions that are No Local
   * [MQTT-3.8.3-3]; null when it does not.
   */
  final @Nullable Delivery own;

  /** The shared group whose member it is, or null. */
  final @Nullable SharedGroup group;

  // The last answer of iot:Receive, good while the stamp is.
  private boolean asked;
  private int stamp;
  private boolean allowed;

  private Delivery(
      Session session, Qos qos, boolean retainAsPublished, int[] ids, @Nullable Delivery own) {
    this.session = session;
    this.qos = qos;
    this.retainAsPublished = retainAsPublished;
    this.ids = ids;
    this.own = own;
    this.group = null;
  }

  private Delivery(
      Session session, Qos qos, boolean retainAsPublished, int[] ids, @Nullable SharedGroup group) {
    this.session = session;
    this.qos = qos;
    this.retainAsPublished = retainAsPublished;
    this.ids = ids;
    this.own = this;
    this.group = group;
  }

  /** What a member of a shared group gets, also of its own messages. */
  static Delivery of(Subscription member, SharedGroup group) {
    return new Delivery(
        member.session(), member.qos(), member.retainAsPublished(), ids(member), group);
  }

  static Delivery of(Subscription subscription) {
    Session session = subscription.session();
    Qos qos = subscription.qos();
    boolean retain = subscription.retainAsPublished();
    int[] ids = ids(subscription);
    return subscription.noLocal()
        ? new Delivery(session, qos, retain, ids, (Delivery) null)
        : new Delivery(session, qos, retain, ids, (SharedGroup) null);
  }

  private static int[] ids(Subscription subscription) {
    return subscription.id() == 0 ? NO_IDS : new int[] {subscription.id()};
  }

  /** One delivery for two subscriptions of one session, at the higher QoS [MQTT-3.3.4-2]. */
  Delivery and(Subscription subscription) {
    Delivery other = of(subscription);
    if (own == this && other.own == other) {
      return new Delivery(session, higher(other), retained(other), ids(other), (SharedGroup) null);
    }
    Delivery local = own == null ? other.own : other.own == null ? own : own.and(subscription);
    return new Delivery(session, higher(other), retained(other), ids(other), local);
  }

  private Qos higher(Delivery other) {
    return qos.ordinal() >= other.qos.ordinal() ? qos : other.qos;
  }

  private boolean retained(Delivery other) {
    return retainAsPublished || other.retainAsPublished;
  }

  /** All of both: also one twice, if both gave the same [MQTT-3.3.4-5]. */
  private int[] ids(Delivery other) {
    int[] both = Arrays.copyOf(ids, ids.length + other.ids.length);
    System.arraycopy(other.ids, 0, both, ids.length, other.ids.length);
    return both;
  }

  boolean mayReceive(Authorization authorization, TopicEntry topic) {
    int now = authorization.stamp();
    if (!asked || stamp != now) {
      Decision decision = authorization.receive(topic.topic().text());
      allowed = decision.allowed();
      stamp = now;
      asked = true;
      Target to = session.target();
      if (to != null && decision instanceof Decision.Denied(_, Reason why)) {
        to.withheld(topic.topic().text(), why);
      }
    }
    return allowed;
  }
}
