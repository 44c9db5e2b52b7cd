package io.thingstead.broker;

import io.thingstead.account.Rate;
import io.thingstead.account.RateByKey;
import io.thingstead.model.topic.TopicFilter;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The subscriptions of an account's sessions: what is changed when one comes, changes or goes. */
public final class Subscriptions {
  private final Broker broker;
  private final AtomicInteger made = new AtomicInteger();

  Subscriptions(Broker broker) {
    this.broker = broker;
  }

  /** How many there are. */
  public int count() {
    return made.get();
  }

  /**
   * Makes or changes a subscription. On the session's lane.
   *
   * @param done hears whether it holds: not when a shared group has no room for it, nor when it
   *     must be durable and cannot be
   * @return whether there was none with this text
   */
  public boolean subscribe(Session session, Subscribing request, Consumer<Outcome> done) {
    Subscription subscription =
        new Subscription(
            session,
            request.filter(),
            request.qos(),
            request.noLocal(),
            request.retainAsPublished(),
            request.id());
    Session.Held held = new Session.Held(subscription, request.share());
    String exceeded = join(held, false);
    if (exceeded != null) {
      broker.counters().exceeded(exceeded);
      done.accept(Outcome.OVER_QUOTA);
      return true;
    }
    boolean fresh = session.subscriptions().put(request.text(), held) == null;
    if (fresh) {
      made.incrementAndGet();
    }
    if (!session.durable()) {
      done.accept(Outcome.ACCEPTED);
      return fresh;
    }
    session.putRow(
        Tables.SUBSCRIPTION,
        session.key(request.text()),
        new SubscriptionRow(
                request.qos(), request.noLocal(), request.retainAsPublished(), request.id())
            .encode());
    session
        .lane()
        .journal()
        .then(
            durable -> {
              if (!durable && held.equals(session.subscriptions().get(request.text()))) {
                session.subscriptions().remove(request.text());
                made.decrementAndGet();
                leave(session, held);
              }
              done.accept(durable ? Outcome.ACCEPTED : Outcome.UNAVAILABLE);
            });
    return fresh;
  }

  /**
   * Counts a subscription that is about to be made.
   *
   * @return null when it may be, else which limit it exceeds
   */
  public @Nullable String exceeds(Session session, String text) {
    Rate rate = broker.rates().subscribes();
    if (rate != null && rate.take(session.lane().nowMillis(), 1) > 0) {
      return "subscriptions.perSecond";
    }
    RateByKey groups = broker.rates().groupChanges();
    if (groups != null
        && text.startsWith("$share/")
        && !groups.take(text, session.lane().nowMillis())) {
      return "subscriptions.groupChangesPerSecond";
    }
    boolean more = !session.subscribed(text);
    return more && made.get() >= broker.limits().subscriptions().perAccount()
        ? "subscriptions.perAccount"
        : null;
  }

  /** A former run has made it. */
  void restore(Session.Held held) {
    made.incrementAndGet();
    var _ = join(held, true);
  }

  /** The session is over. */
  void end(Session session) {
    session.subscriptions().values().forEach(held -> leave(session, held));
    made.addAndGet(-session.subscriptions().size());
  }

  private @Nullable String join(Session.Held held, boolean restored) {
    String share = held.share();
    if (share != null) {
      return broker.groups().join(share, held.subscription(), restored);
    }
    broker.router().index().add(held.subscription().filter(), held.subscription());
    return null;
  }

  private void leave(Session session, Session.Held held) {
    TopicFilter filter = held.subscription().filter();
    String share = held.share();
    if (share == null) {
      broker.router().index().remove(filter, session);
    } else {
      broker.groups().leave(share, filter, session);
    }
  }

  /**
   * Sends the retained messages a new subscription asks for; after SUBACK.
   *
   * @param fresh whether there was no such subscription before
   */
  public void sendRetained(Session session, Subscribing request, boolean fresh) {
    boolean wanted =
        request.share() == null
            && switch (request.retained()) {
              case SEND -> true;
              case SEND_IF_NEW -> fresh;
              case DO_NOT_SEND -> false;
            };
    if (wanted && broker.givesRetained(request.filter())) {
      session.outbound().retained(request.filter(), request.qos(), request.id());
    }
  }

  /**
   * Ends a subscription. On the session's lane.
   *
   * @param done hears that it is durably gone, or cannot be
   * @return whether there was one
   */
  public boolean unsubscribe(Session session, String text, Consumer<Boolean> done) {
    Session.Held held = session.subscriptions().remove(text);
    if (held != null) {
      RateByKey groups = broker.rates().groupChanges();
      if (groups != null && held.share() != null) {
        groups.owe(text, session.lane().nowMillis());
      }
      made.decrementAndGet();
      leave(session, held);
      if (held.share() == null) {
        session.outbound().unsubscribed(held.subscription().filter());
      }
    }
    if (held == null || !session.durable()) {
      done.accept(true);
      return held != null;
    }
    session.deleteRow(Tables.SUBSCRIPTION, session.key(text));
    session.lane().journal().then(done::accept);
    return true;
  }
}
