package io.thingstead.function;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The Lambda Runtime API, by which a process gets its events and answers them (AWS Lambda guide:
 * "Using the Lambda runtime API for custom runtimes"). A process in the sandbox has a Unix socket
 * of its own, which is nobody else's to reach; one without a sandbox calls the one loopback port,
 * and a secret in front of the path says which it is.
 */
final class RuntimeApi implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(RuntimeApi.class.getName());
  private static final String PREFIX = "/2018-06-01/runtime/";

  /** More than any answer a function may give, so that it can be told that it is too long. */
  private static final int BODY_BYTES_MAX = 6 * 1024 * 1024 + 100 * 1024;

  private final Executor threads;
  private final @Nullable ServerSocketChannel port;
  private final Map<String, Worker> bySecret = new ConcurrentHashMap<>();

  /**
   * @param threads a virtual thread for each task
   * @param withPort whether processes come that share the machine's network
   */
  RuntimeApi(Executor threads, boolean withPort) {
    this.threads = threads;
    port = withPort ? listen() : null;
    if (port != null) {
      accept(port, path -> bySecret.get(first(path)), true);
    }
  }

  private static ServerSocketChannel listen() {
    try {
      ServerSocketChannel port = ServerSocketChannel.open();
      port.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      return port;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on loopback for functions", e);
    }
  }

  private static String first(String path) {
    int end = path.indexOf('/', 1);
    return end < 0 ? "" : path.substring(1, end);
  }

  /** What a process without a sandbox has to call. */
  String address(String secret) {
    return "127.0.0.1:" + Objects.requireNonNull(port).socket().getLocalPort() + "/" + secret;
  }

  void register(String secret, Worker worker) {
    bySecret.put(secret, worker);
  }

  void forget(String secret) {
    bySecret.remove(secret);
  }

  /** Serves one process at a socket of its own, until the channel is closed. */
  ServerSocketChannel serve(Path socket, Worker worker) throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    channel.bind(UnixDomainSocketAddress.of(socket));
    accept(channel, _ -> worker, false);
    return channel;
  }

  private void accept(
      ServerSocketChannel at, Function<String, @Nullable Worker> workers, boolean secret) {
    threads.execute(
        () -> {
          try {
            while (true) {
              SocketChannel caller = at.accept();
              threads.execute(() -> serve(caller, workers, secret));
            }
          } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a door of functions is closed", e);
          }
        });
  }

  private static void serve(
      SocketChannel caller, Function<String, @Nullable Worker> workers, boolean secret) {
    try (caller) {
      InputStream in = new BufferedInputStream(Channels.newInputStream(caller));
      OutputStream out = Channels.newOutputStream(caller);
      for (RuntimeRequest request = RuntimeRequest.read(in, BODY_BYTES_MAX);
          request != null;
          request = RuntimeRequest.read(in, BODY_BYTES_MAX)) {
        Worker worker = workers.apply(request.path());
        String path = request.path();
        if (secret) {
          path = path.substring(Math.min(path.length(), first(path).length() + 1));
        }
        out.write(worker == null ? refused(403, "unknown process") : answer(worker, request, path));
        out.flush();
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "a function's process has gone", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static byte[] answer(Worker worker, RuntimeRequest request, String path)
      throws InterruptedException {
    String[] parts =
        path.startsWith(PREFIX) ? path.substring(PREFIX.length()).split("/", -1) : new String[0];
    String call = request.method() + " " + String.join("/", parts);
    byte[] body = request.body();
    if (call.equals("GET invocation/next")) {
      Invocation next = worker.next();
      return next == null ? refused(410, "the process is to end") : event(worker, next);
    }
    if (call.equals("POST init/error")) {
      worker.initFailed(body == null ? new byte[0] : body);
      return accepted();
    }
    if (request.method().equals("POST") && parts.length == 3 && parts[0].equals("invocation")) {
      if (parts[2].equals("response")) {
        if (body == null) {
          worker.tooLong(parts[1]);
          return refused(413, "Exceeded maximum allowed payload size (6291556 bytes).");
        }
        return worker.answered(parts[1], body) ? accepted() : refused(400, "no such invocation");
      }
      if (parts[2].equals("error")) {
        return worker.failed(parts[1], body == null ? new byte[0] : body)
            ? accepted()
            : refused(400, "no such invocation");
      }
    }
    return refused(404, "the Runtime API has no such call");
  }

  private static byte[] event(Worker worker, Invocation next) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Content-Type", "application/json");
    headers.put("Lambda-Runtime-Aws-Request-Id", next.id());
    headers.put("Lambda-Runtime-Deadline-Ms", String.valueOf(worker.deadlineMillis(next)));
    headers.put("Lambda-Runtime-Invoked-Function-Arn", worker.arn());
    headers.put("Lambda-Runtime-Trace-Id", "Root=" + next.id() + ";Sampled=0");
    if (next.clientContext() != null) {
      headers.put("Lambda-Runtime-Client-Context", next.clientContext());
    }
    return RuntimeRequest.answer(200, headers, next.payload());
  }

  private static byte[] accepted() {
    return RuntimeRequest.answer(
        202,
        Map.of("Content-Type", "application/json"),
        "{\"status\":\"OK\"}".getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] refused(int status, String why) {
    return RuntimeRequest.answer(
        status,
        Map.of("Content-Type", "application/json"),
        ("{\"errorMessage\":\"" + why + "\",\"errorType\":\"InvalidRequest\"}")
            .getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public void close() {
    try {
      if (port != null) {
        port.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
