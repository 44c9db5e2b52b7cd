package io.thingstead.rules.action;

/** How a POST ended. */
public sealed interface HttpReply {
  /**
   * The server answered.
   *
   * @param oversized the answer is longer than {@link HttpCalls#REPLY_BYTES_MAX}
   */
  record Answer(int status, String reason, boolean oversized) implements HttpReply {
    public boolean isSuccess() {
      return status >= 200 && status < 300;
    }

    boolean mayRetry() {
      return !oversized && (status == 429 || (status >= 500 && status < 600));
    }

    @Override
    public String why() {
      return "StatusCode: " + status + ". Reason: " + reason + ".";
    }
  }

  /**
   * There was no answer.
   *
   * @param mayRetry the server was not reached, so that trying again can help
   */
  record NoAnswer(String why, boolean mayRetry) implements HttpReply {}

  /** A clause for people. */
  String why();
}
