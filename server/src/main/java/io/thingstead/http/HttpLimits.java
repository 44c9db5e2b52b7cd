package io.thingstead.http;

import java.time.Duration;

/**
 * What HTTP callers may use up.
 *
 * @param bodyBytes of one request
 * @param bodyBytesHeld of all requests that are being received or answered
 * @param requestsAnswered at once
 * @param pipelined parts of requests that one connection may send ahead of an answer
 * @param requestRead from the end of a request's headers to the end of its body
 * @param idle between two requests of a connection, headers included
 */
public record HttpLimits(
    int bodyBytes,
    long bodyBytesHeld,
    int requestsAnswered,
    int pipelined,
    Duration requestRead,
    Duration idle) {
  public static final HttpLimits DEFAULT =
      new HttpLimits(
          1 << 20, 128L << 20, 2_000, 1_000, Duration.ofSeconds(30), Duration.ofSeconds(60));
}
