package io.thingstead.model;

/** Which rules a listener or account follows where the cloud and the MQTT standard differ. */
public enum Profile {
  /** The cloud's behaviour with our improvements. */
  THINGSTEAD,
  /** Each improvement off: no QoS 2, retained messages only on exact filters. */
  AWS,
  /** The plain standard: no cloud limits, no reserved topics. */
  MQTT;

  /**
   * Whether {@code sensor/#} also matches {@code sensor} [MQTT-4.7.1-2]; the cloud says no
   * (developer guide, "MQTT topics").
   */
  public boolean hashMatchesParent() {
    return this != AWS;
  }

  /** Whether only listed topics may begin with a {@code $}. */
  public boolean reservesTopics() {
    return this != MQTT;
  }
}
