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

/** Asks a server, by signed requests, what only administrators may ask. */
final class ApiClient {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Target.Server server;
  private final InstantSource clock;

  ApiClient(Target.Server server, InstantSource clock) {
    this.server = server;
    this.clock = clock;
  }

  /** The body of the answer to a GET. */
  String get(String path, Map<String, String> query) {
    String encoded =
        new TreeMap<>(query)
            .entrySet().stream()
                .map(e -> encode(e.getKey()) + "=" + encode(e.getValue()))
                .collect(Collectors.joining("&"));
    return send("GET", path, encoded, "");
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
    CredentialsFile.Entry key = server.key();
    URI uri = server.endpoint().resolve(path + (query.isEmpty() ? "" : "?" + query));
    RequestSigner.Signed signed =
        new RequestSigner(key, server.region())
            .sign(method, uri, body.getBytes(StandardCharsets.UTF_8), clock.instant());
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(PATIENCE)
            .header("content-type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    signed.headers().forEach(request::header);
    HttpResponse<String> response = exchange(request.build());
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
