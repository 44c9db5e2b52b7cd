package io.thingstead.boot;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Locale;
import java.util.Set;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/** Carries the SDK's requests by the JDK's client, which knows PATCH; URLConnection does not. */
final class JdkHttp implements SdkHttpClient {
  /** What the client adds by itself. */
  private static final Set<String> OWN_HEADERS = Set.of("host", "content-length", "expect");

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    return new ExecutableHttpRequest() {
      @Override
      public HttpExecuteResponse call() throws IOException {
        return send(request);
      }

      @Override
      public void abort() {}
    };
  }

  private HttpExecuteResponse send(HttpExecuteRequest request) throws IOException {
    SdkHttpRequest head = request.httpRequest();
    byte[] body = {};
    if (request.contentStreamProvider().isPresent()) {
      try (InputStream in = request.contentStreamProvider().get().newStream()) {
        body = in.readAllBytes();
      }
    }
    HttpRequest.Builder sent =
        HttpRequest.newBuilder(head.getUri())
            .method(head.method().name(), HttpRequest.BodyPublishers.ofByteArray(body));
    head.forEachHeader(
        (name, values) -> {
          if (!OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
            values.forEach(value -> sent.header(name, value));
          }
        });
    try {
      HttpResponse<InputStream> got =
          client.send(sent.build(), HttpResponse.BodyHandlers.ofInputStream());
      return HttpExecuteResponse.builder()
          .response(
              SdkHttpResponse.builder()
                  .statusCode(got.statusCode())
                  .headers(got.headers().map())
                  .build())
          .responseBody(AbortableInputStream.create(got.body()))
          .build();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
