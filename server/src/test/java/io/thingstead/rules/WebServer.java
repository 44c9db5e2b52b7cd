package io.thingstead.rules;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Deque;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.stream.Collectors;

/** A web server on the loopback that keeps what it is asked and answers as told. */
final class WebServer implements AutoCloseable {
  /** An answer that is none: the connection is closed. */
  static final int CLOSE = -1;

  final Deque<Request> requests = new ConcurrentLinkedDeque<>();

  /** The next status codes; 200 when there is none. */
  final Deque<Integer> answers = new ConcurrentLinkedDeque<>();

  volatile int bodyBytes = 2;
  private final HttpServer server;

  record Request(String path, Map<String, String> headers, String body) {
    String header(String name) {
      return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "absent");
    }

    String token() {
      return path.substring(path.indexOf("confirmationToken=") + "confirmationToken=".length());
    }
  }

  WebServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  String url(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  private void answer(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
    requests.add(
        new Request(
            exchange.getRequestURI().toString(),
            exchange.getRequestHeaders().entrySet().stream()
                .collect(
                    Collectors.toMap(
                        header -> header.getKey().toLowerCase(Locale.ROOT),
                        header -> String.join(",", header.getValue()))),
            body));
    Integer status = answers.poll();
    if (status != null && status == CLOSE) {
      exchange.close();
      return;
    }
    exchange.getResponseHeaders().add("Location", url("/redirected"));
    exchange.sendResponseHeaders(status == null ? 200 : status, bodyBytes);
    exchange.getResponseBody().write(new byte[bodyBytes]);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
