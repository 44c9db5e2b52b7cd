package io.thingstead.http;

import java.time.Duration;

/**
 * What HTTP callers may use up.
 *
 * @param bodyBytes of one request
 * @param codeBodyBytes of one that may carry a function's code
 * @param bodyBytesHeld of all requests that are being answered
 * @param requestsAnswered at once
 * @param pipelined parts of requests that one connection may send ahead of an answer
 * @param requestRead from the end of a request's headers to the end of its body
 * @param idle between two requests of a connection, headers included
 */
public record HttpLimits(
    int bodyBytes,
    int codeBodyBytes,
    long bodyBytesHeld,
    int requestsAnswered,
    int pipelined,
    Duration requestRead,
    Duration idle) {
  public static final HttpLimits DEFAULT =
      new HttpLimits(
          1 << 20,
          1 << 20,
          128L << 20,
          2_000,
          1_000,
          Duration.ofSeconds(30),
          Duration.ofSeconds(60));

  /** An archive of 50 MiB in Base64, and what stands beside it. */
  private static final int CODE_BODY_BYTES = 70 << 20;

  /** Of the heap, a body that is read, decoded and stored is there four times. */
  private static final int PART_OF_HEAP = 8;

  private static final String FUNCTIONS = "/2015-03-31/functions";

  /** The same with room for bodies, and for the code of functions, as far as the heap has it. */
  public HttpLimits withCode(long heapBytes) {
    long code = Math.clamp(heapBytes / PART_OF_HEAP, bodyBytes, CODE_BODY_BYTES);
    long held = Math.max(code, Math.min(heapBytes / PART_OF_HEAP, bodyBytesHeld));
    return new HttpLimits(
        bodyBytes, (int) code, held, requestsAnswered, pipelined, requestRead, idle);
  }

  /** What the body of a request may have. */
  int bodyBytes(String uri, boolean control) {
    return control && uri.startsWith(FUNCTIONS) ? codeBodyBytes : bodyBytes;
  }
}
