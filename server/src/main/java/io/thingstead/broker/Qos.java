package io.thingstead.broker;

/** Quality of service; the ordinal is the wire value. */
public enum Qos {
  AT_MOST_ONCE,
  AT_LEAST_ONCE,
  EXACTLY_ONCE;

  private static final Qos[] VALUES = values();

  /** The QoS of a wire value 0 to 2. */
  public static Qos of(int level) {
    return VALUES[level];
  }

  /** The lower of the two, which is what a subscriber gets [MQTT-3.8.4-8]. */
  public Qos min(Qos other) {
    return ordinal() <= other.ordinal() ? this : other;
  }
}
