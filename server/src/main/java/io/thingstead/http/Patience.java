package io.thingstead.http;

import io.thingstead.api.ApiResponse;
import io.thingstead.event.Tries;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.net.Transport;
import java.net.InetAddress;
import java.time.Duration;
import java.util.function.Function;

/** How those are answered who have not proven who they are: the more often, the less willingly. */
record Patience(Tries tries) {
  /**
   * Counts a failure and gives its answer.
   *
   * @param form makes the wire form of a refusal
   */
  Reply.Response answer(
      ApiException refusal, Transport transport, Function<ApiException, ApiResponse> form) {
    InetAddress from = transport.remote().getAddress();
    return switch (tries.failed(transport.account(), from)) {
      case FREE -> new Reply.Response(form.apply(refusal));
      case SLOWED -> new Reply.Response(form.apply(refusal), Tries.DELAY);
      case SHUT -> {
        int seconds = tries.retryAfterSeconds(from);
        ApiResponse shut = form.apply(tooMany(from, seconds));
        shut.headers().add("Retry-After", String.valueOf(seconds));
        yield new Reply.Response(shut, Duration.ZERO);
      }
    };
  }

  private static ApiException tooMany(InetAddress from, int seconds) {
    return new ApiException(
        AwsError.THROTTLING,
        "Rate exceeded: too many callers from "
            + from.getHostAddress()
            + " failed to prove who they are; with the right credentials you are let in at once,"
            + " else wait "
            + seconds
            + " s");
  }
}
