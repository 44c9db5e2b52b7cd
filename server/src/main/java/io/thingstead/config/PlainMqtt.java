package io.thingstead.config;

import io.thingstead.model.Profile;
import org.jspecify.annotations.Nullable;

/**
 * A port that serves MQTT without TLS.
 *
 * @param profile replaces that of the account, or null
 */
public record PlainMqtt(Address address, @Nullable Profile profile) {
  /**
   * Parses {@code ADDRESS:PORT[=PROFILE]}.
   *
   * @throws IllegalArgumentException with a clause for people
   */
  static PlainMqtt parse(String text) {
    int equals = text.indexOf('=');
    return equals < 0
        ? new PlainMqtt(Address.parse(text), null)
        : new PlainMqtt(
            Address.parse(text.substring(0, equals)), Listen.profile(text.substring(equals + 1)));
  }
}
