package io.thingstead.rules.action;

import io.thingstead.rules.action.Action.NamedTemplate;
import io.thingstead.rules.action.ActionResult.Done;
import io.thingstead.rules.action.ActionResult.Failed;
import io.thingstead.rules.action.HttpCalls.Header;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** The http action: developer guide, "HTTP action". */
final class HttpPoster {
  private static final int TRIES = 3;

  /** For all tries together. */
  private static final Duration BUDGET = Duration.ofSeconds(3);

  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final int URL_CHARS_MAX = 2000;

  private final HttpCalls calls;
  private final Predicate<URI> confirmed;
  private final Pause pause;

  HttpPoster(HttpCalls calls, Predicate<URI> confirmed, Pause pause) {
    this.calls = calls;
    this.confirmed = confirmed;
    this.pause = pause;
  }

  ActionResult run(Action.Http action, Delivery delivery) throws InterruptedException {
    String url = delivery.evaluation().render(action.url());
    String confirmationUrl = delivery.evaluation().render(action.confirmationUrl());
    if (url == null || confirmationUrl == null) {
      return new Failed(
          action.url().source(), "The url has an expression that is null or undefined.", false);
    }
    URI uri = TargetGuard.parse(url);
    URI confirmation = TargetGuard.parse(confirmationUrl);
    if (uri == null || confirmation == null || url.length() > URL_CHARS_MAX) {
      return new Failed(url, "The url is not a URL that can be called.", false);
    }
    if (!isBelow(uri, confirmation)) {
      return new Failed(url, "The url does not begin with " + confirmationUrl + ".", false);
    }
    if (!confirmed.test(confirmation)) {
      return new Failed(
          url, "No enabled destination has the confirmation URL " + confirmationUrl + ".", false);
    }
    return post(uri, headers(action, delivery), delivery.output().bytes());
  }

  private ActionResult post(URI uri, List<Header> headers, byte[] body)
      throws InterruptedException {
    long deadline = calls.deadline(BUDGET);
    HttpReply reply = calls.post(uri, headers, body, deadline);
    for (int tries = 1;
        tries < TRIES && mayRetry(reply) && calls.clock().millis() < deadline;
        tries++) {
      pause.pause(PAUSE);
      reply = calls.post(uri, headers, body, deadline);
    }
    if (reply instanceof HttpReply.Answer answer && answer.isSuccess()) {
      return new Done();
    }
    return new Failed(
        uri.toString(),
        "HttpAction failed to make a request to the specified endpoint. " + reply.why(),
        false);
  }

  private static boolean mayRetry(HttpReply reply) {
    return switch (reply) {
      case HttpReply.Answer answer -> answer.mayRetry();
      case HttpReply.NoAnswer none -> none.mayRetry();
    };
  }

  /**
   * Same scheme, host and port, and the path and query begin alike. Dots that are written as
   * percent signs could lead out again at the server.
   */
  static boolean isBelow(URI uri, URI confirmation) {
    return uri.getScheme().equalsIgnoreCase(confirmation.getScheme())
        && uri.getHost().equalsIgnoreCase(confirmation.getHost())
        && TargetGuard.port(uri) == TargetGuard.port(confirmation)
        && pathAndQuery(uri).startsWith(pathAndQuery(confirmation))
        && !uri.getRawPath().toLowerCase(Locale.ROOT).contains("%2e");
  }

  private static String pathAndQuery(URI uri) {
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    return uri.getRawPath() + query;
  }

  /** An expression without a value gives an empty header, and no value can break the line. */
  private static List<Header> headers(Action.Http action, Delivery delivery) {
    List<Header> headers = new ArrayList<>();
    boolean typed = false;
    for (NamedTemplate header : action.headers()) {
      String value = delivery.evaluation().render(header.value());
      String line = value == null ? "" : value.replaceAll("[\\x00-\\x1F\\x7F]", " ").strip();
      headers.add(new Header(header.name(), line));
      typed |= header.name().toLowerCase(Locale.ROOT).equals("content-type");
    }
    if (!typed) {
      headers.add(
          new Header(
              "Content-Type",
              delivery.output().json() ? "application/json" : "application/octet-stream"));
    }
    return headers;
  }
}
