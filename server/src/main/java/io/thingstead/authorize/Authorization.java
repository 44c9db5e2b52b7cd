package io.thingstead.authorize;

/**
 * What one caller, on one connection, may do. Any thread may ask; an answer takes no lock. Callers
 * with equal policies and equal values of the variables used share one class of decisions.
 */
public interface Authorization {
  /**
   * Changes whenever an answer given before may no longer hold: a policy, attachment or certificate
   * changed. Whoever caches an answer keeps the stamp beside it and asks again when they differ.
   */
  int stamp();

  /**
   * False from the moment the certificate is deactivated, revoked or deleted: drop the connection.
   */
  boolean live();

  /** {@code iot:Connect} on {@code client/CLIENTID}, with the connect attributes as conditions. */
  Decision connect(boolean persistent, boolean will);

  /** {@code iot:Publish} on {@code topic/TOPIC}. */
  Decision publish(String topic);

  /** {@code iot:RetainPublish} on {@code topic/TOPIC}. */
  Decision retain(String topic);

  /** {@code iot:Subscribe} on {@code topicfilter/FILTER}, the whole text with any share prefix. */
  Decision subscribe(String filter);

  /** {@code iot:Receive} on {@code topic/TOPIC}. */
  Decision receive(String topic);
}
