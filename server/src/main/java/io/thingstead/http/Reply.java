package io.thingstead.http;

import io.thingstead.api.ApiResponse;
import io.thingstead.net.Transport;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a request comes to. */
sealed interface Reply {
  /**
   * An answer.
   *
   * @param after how long it waits, on a timer
   */
  record Response(ApiResponse response, Duration after) implements Reply {
    Response(ApiResponse response) {
      this(response, Duration.ZERO);
    }
  }

  /**
   * The connection speaks MQTT over WebSocket from now on.
   *
   * @param transport with the caller, proven
   * @param subprotocol that the client is told
   * @param key the client's Sec-WebSocket-Key
   * @param lifetime how long, or null for as long as it likes
   */
  record Upgrade(Transport transport, String subprotocol, String key, @Nullable Duration lifetime)
      implements Reply {}
}
