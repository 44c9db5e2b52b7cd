package io.thingstead.mqtt;

import org.jspecify.annotations.Nullable;

/** AUTH, MQTT 5 only. */
public record Auth(
    ReasonCode reason, @Nullable Authentication authentication, Explanation explanation)
    implements Packet {
  @Override
  public Packet unexplained() {
    return new Auth(reason, authentication, Explanation.NONE);
  }
}
