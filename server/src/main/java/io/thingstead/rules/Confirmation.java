package io.thingstead.rules;

import io.thingstead.row.Json;
import io.thingstead.rules.action.HttpCalls;
import io.thingstead.rules.action.HttpCalls.Header;
import io.thingstead.rules.action.HttpReply;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The request that asks a web server whether it wants what rules post. */
final class Confirmation {
  private static final System.Logger LOG = System.getLogger(Confirmation.class.getName());
  private static final Duration BUDGET = Duration.ofSeconds(10);

  private final HttpCalls calls;
  private final String endpoint;

  /**
   * @param endpoint where this server confirms, such as {@code https://localhost:8443}
   */
  Confirmation(HttpCalls calls, String endpoint) {
    this.calls = calls;
    this.endpoint = endpoint;
  }

  /** Sends it; null when the server took it, else why not. */
  @Nullable String send(String arn, DestinationRow row) {
    Map<String, String> body = new LinkedHashMap<>();
    body.put("arn", arn);
    body.put("confirmationToken", row.token());
    body.put("enableUrl", endpoint + "/confirmdestination/" + row.token());
    body.put("messageType", "DestinationConfirmation");
    HttpReply reply =
        calls.post(
            URI.create(url(row)),
            List.of(
                new Header("Content-Type", "application/json"),
                new Header("x-amz-rules-engine-message-type", "DestinationConfirmation"),
                new Header("x-amz-rules-engine-destination-arn", arn)),
            Json.encode(body),
            calls.deadline(BUDGET));
    if (reply instanceof HttpReply.Answer answer && answer.isSuccess()) {
      return null;
    }
    String why = "The request for confirmation failed: " + reply.why();
    LOG.log(
        System.Logger.Level.WARNING,
        "rule destination {0} ({1}) is not confirmed: {2}",
        arn,
        row.url(),
        why);
    return why;
  }

  private static String url(DestinationRow row) {
    String url = URI.create(row.url()).normalize().toString();
    String parameter = "confirmationToken=" + row.token();
    if (url.indexOf('?') >= 0) {
      return url + "&" + parameter;
    }
    return url + (url.endsWith("/") ? "?" : "/?") + parameter;
  }
}
