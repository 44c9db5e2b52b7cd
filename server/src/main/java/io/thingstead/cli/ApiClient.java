package io.thingstead.cli;

import io.thingstead.identity.CredentialsFile;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Asks a server, by signed requests, what only administrators may ask. */
final class ApiClient {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Target.Server server;
  private final InstantSource clock;
  private final String service;

  ApiClient(Target.Server server, InstantSource clock) {
    this(server, clock, "iot");
  }

  /**
   * @param service in whose name requests are signed
   */
  ApiClient(Target.Server server, InstantSource clock, String service) {
    this.server = server;
    this.clock = clock;
    this.service = service;
  }

  /** The body of the answer to a GET. */
  String get(String path, Map<String, String> query) {
    return send("GET", path, encode(query), "");
  }

  /** The same, or null when the server answers that there is no such thing. */
  @Nullable String find(String path, Map<String, String> query) {
    HttpResponse<String> response = ask("GET", path, encode(query), "");
    return response.statusCode() == 404 ? null : body(response);
  }

  /** The body of the answer to a DELETE. */
  String delete(String path, Map<String, String> query) {
    return send("DELETE", path, encode(query), "");
  }

  private static String encode(Map<String, String> query) {
    return new TreeMap<>(query)
        .entrySet().stream()
            .map(e -> encode(e.getKey()) + "=" + encode(e.getValue()))
            .collect(Collectors.joining("&"));
  }

  /** The body of the answer to a PUT of JSON. */
  String put(String path, String json) {
    return send("PUT", path, "", json);
  }

  /** The body of the answer to a POST of JSON. */
  String post(String path, String json) {
    return send("POST", path, "", json);
  }

  /** The body of the answer to a DELETE. */
  String delete(String path) {
    return send("DELETE", path, "", "");
  }

  private String send(String method, String path, String query, String body) {
    return body(ask(method, path, query, body));
  }

  private HttpResponse<String> ask(String method, String path, String query, String body) {
    CredentialsFile.Entry key = server.key();
    URI uri = server.endpoint().resolve(path + (query.isEmpty() ? "" : "?" + query));
    RequestSigner.Signed signed =
        new RequestSigner(key, server.region(), service)
            .sign(method, uri, body.getBytes(StandardCharsets.UTF_8), clock.instant());
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(PATIENCE)
            .header("content-type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    signed.headers().forEach(request::header);
    return exchange(request.build());
  }

  private static String body(HttpResponse<String> response) {
    if (response.statusCode() / 100 != 2) {
      throw new CommandFailedException(
          "the server refused ("
              + response.statusCode()
              + response.headers().firstValue("x-amzn-errortype").map(e -> " " + e).orElse("")
              + "): "
              + response.body().strip());
    }
    return response.body();
  }

  /** Sends a request to the server, trusting its CA. */
  HttpResponse<String> exchange(HttpRequest request) {
    HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(PATIENCE);
    if (server.ca() != null) {
      builder.sslContext(Trust.only(server.ca()));
    }
    try (HttpClient client = builder.version(HttpClient.Version.HTTP_1_1).build()) {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new CommandFailedException(
          "cannot reach the server at "
              + server.endpoint()
              + ": "
              + reason(e)
              + "; is it running? (./thingstead doctor looks closer)");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailedException("interrupted");
    }
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? "nothing answers there" : e.getMessage();
  }

  /** As SigV4 wants it: all but the unreserved characters [RFC 3986 2.3]. */
  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8)
        .replace("+", "%20")
        .replace("*", "%2A")
        .replace("%7E", "~");
  }
}
