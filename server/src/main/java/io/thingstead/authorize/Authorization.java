package io.thingstead.authorize;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one caller, on one connection, may do. Any thread may ask; an answer takes no lock and reads
 * no disk. Callers with equal policies and equal values of the variables used share one class of
 * decisions.
 */
public interface Authorization {
  /**
   * Changes whenever an answer given before may no longer hold: a policy, attachment, thing or
   * certificate changed. Whoever caches an answer reads the stamp before asking, keeps it beside
   * the answer and asks again when they differ.
   */
  int stamp();

  /**
   * False from the moment the certificate is deactivated, revoked or deleted: drop the connection.
   */
  boolean live();

  /**
   * Calls back when {@link #live} turns false, at once if it already has. On any thread, so it must
   * not block; it may come more than once. There is one listener, the connection; it is forgotten
   * with this object.
   */
  void onRevoked(Runnable listener);

  /**
   * The connection is over: nothing more is asked or told. Need not be called, but what is held for
   * the connection is then held until the garbage collector finds out. Does not block.
   */
  default void over() {}

  /**
   * {@code iot:Connect} on {@code client/CLIENTID}, with the connect attributes as conditions. A
   * will needs {@link #publish} (and {@link #retain}) on its topic as well.
   *
   * @param persistent a session that outlives the connection is asked for
   * @param willTopic null without a will
   */
  Decision connect(boolean persistent, @Nullable String willTopic);

  /** The thing that the connection speaks for at the moment, or null. */
  default @Nullable ConnectedThing thing() {
    return null;
  }

  /** {@code iot:Publish} on {@code topic/TOPIC}. */
  Decision publish(String topic);

  /** {@code iot:RetainPublish} on {@code topic/TOPIC}; {@code iot:Publish} is needed too. */
  Decision retain(String topic);

  /** {@code iot:Subscribe} on {@code topicfilter/FILTER}, the whole text with any share prefix. */
  Decision subscribe(String filter);

  /** {@code iot:Receive} on {@code topic/TOPIC}. */
  Decision receive(String topic);

  /**
   * Any other action, such as {@code iot:GetThingShadow}.
   *
   * @param resourceArn such as {@code Account.arn("thing/t")}, or {@code *} for an action that has
   *     no resource
   */
  Decision decide(String action, String resourceArn);

  /**
   * The same, with what policies can know of this one call.
   *
   * @param facts by the name of the condition key, such as {@code iot:Topic}
   */
  Decision decide(String action, String resourceArn, Map<String, String> facts);
}
