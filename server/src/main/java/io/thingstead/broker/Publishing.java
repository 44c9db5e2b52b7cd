package io.thingstead.broker;

import io.thingstead.model.topic.TopicFilter;
import java.util.concurrent.CompletionStage;

/** The face of an account's broker for the rest of the server. Any thread may call it. */
public interface Publishing {
  /**
   * Publishes on behalf of the server or an HTTP caller that has already been authorized. The
   * payload buffer is read before this returns or copied; the caller keeps its reference.
   *
   * @return completes when every durable branch (queues of durable sessions, retained message,
   *     sinks) is durable, as a PUBACK would be sent; for QoS 0, when it has been routed
   */
  CompletionStage<Void> publish(Message message);

  /**
   * As {@link #publish(Message)}, on the lane of a client: what is published for one client goes
   * out in this order. A {@link Sink} is called on the lane of the message's client or, if it has
   * none, of its topic.
   */
  CompletionStage<Void> publish(String client, Message message);

  /** Adds a part of the server as a subscriber; close the registration to remove it. */
  Registration attach(TopicFilter filter, Sink sink);

  /** Undoes an {@link #attach}. */
  interface Registration extends AutoCloseable {
    @Override
    void close();
  }
}
