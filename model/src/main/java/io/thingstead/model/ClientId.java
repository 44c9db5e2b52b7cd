package io.thingstead.model;

import java.nio.charset.StandardCharsets;

/**
 * An MQTT client id that a server takes.
 *
 * @param text not empty and not beginning with {@code $}
 */
public record ClientId(String text) {
  /**
   * @throws IllegalArgumentException saying what is wrong with it
   */
  public ClientId {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("an empty client id");
    }
    if (text.charAt(0) == '$') {
      throw new IllegalArgumentException("the client id '" + text + "' begins with $");
    }
  }

  /**
   * A client id that the limits allow.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  public static ClientId parse(String text, Limits.Connect limits) {
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > limits.clientIdBytes()) {
      throw new IllegalArgumentException(
          "a client id has at most %d bytes, not %d".formatted(limits.clientIdBytes(), bytes));
    }
    return new ClientId(text);
  }

  @Override
  public String toString() {
    return text;
  }
}
