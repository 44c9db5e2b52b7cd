package io.thingstead.rules.action;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * Posts to web servers. The address that the guard has checked is the one that is connected to:
 * java.net.http would resolve the name a second time, and a hostile DNS could answer otherwise
 * then. One connection a request; redirects are answers like any other. Blocks: for virtual
 * threads.
 */
public final class HttpCalls {
  /** Bytes of an answer's body beyond which it is not read. */
  static final int REPLY_BYTES_MAX = 16_384;

  private final TargetGuard guard;
  private final SSLContext tls;
  private final InstantSource clock;

  /**
   * @param tls which server certificates are trusted
   */
  public HttpCalls(TargetGuard guard, SSLContext tls, InstantSource clock) {
    this.guard = guard;
    this.tls = tls;
    this.clock = clock;
  }

  public TargetGuard guard() {
    return guard;
  }

  InstantSource clock() {
    return clock;
  }

  /** When a budget that begins now is used up, in epoch milliseconds. */
  public long deadline(Duration budget) {
    return clock.millis() + budget.toMillis();
  }

  /** One header line; the name is a token. */
  public record Header(String name, String value) {}

  /**
   * Posts a body.
   *
   * @param deadlineMillis epoch milliseconds by which all must be done
   */
  public HttpReply post(URI uri, List<Header> headers, byte[] body, long deadlineMillis) {
    InetAddress[] addresses;
    try {
      addresses = InetAddress.getAllByName(uri.getHost());
    } catch (UnknownHostException e) {
      return new HttpReply.NoAnswer("the host " + uri.getHost() + " is unknown", true);
    }
    for (InetAddress address : addresses) {
      String refusal = guard.refusal(uri, address);
      if (refusal != null) {
        return new HttpReply.NoAnswer(refusal, false);
      }
    }
    boolean connected = false;
    try (Socket socket = new Socket()) {
      connect(socket, addresses, TargetGuard.port(uri), deadlineMillis);
      connected = true;
      return exchange(socket, uri, head(uri, headers, body.length), body, deadlineMillis);
    } catch (SocketTimeoutException e) {
      return new HttpReply.NoAnswer("no answer in time", false);
    } catch (IOException e) {
      return new HttpReply.NoAnswer(
          (connected ? "the exchange broke off: " : "no connection: ") + e.getMessage(),
          !connected);
    }
  }

  /**
   * Gets a document, by HTTP/1.0 so that it ends where the connection does.
   *
   * @param bytesMax of the whole answer
   * @param deadlineMillis epoch milliseconds by which all must be done
   * @throws IOException saying why there is none: the guard, the network, or another status than
   *     200
   */
  public byte[] get(URI uri, int bytesMax, long deadlineMillis) throws IOException {
    if (uri.getHost() == null) {
      throw new IOException("'" + uri + "' is not an absolute URL");
    }
    InetAddress[] addresses = InetAddress.getAllByName(uri.getHost());
    for (InetAddress address : addresses) {
      String refusal = guard.refusal(uri, address);
      if (refusal != null) {
        throw new IOException(refusal);
      }
    }
    try (Socket plain = new Socket()) {
      connect(plain, addresses, TargetGuard.port(uri), deadlineMillis);
      plain.setSoTimeout(left(deadlineMillis));
      try (Socket socket = TargetGuard.isPlain(uri) ? plain : secured(plain, uri)) {
        socket.getOutputStream().write(getHead(uri));
        return document(socket, bytesMax, deadlineMillis);
      }
    }
  }

  private static byte[] getHead(URI uri) {
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    return ("GET " + path + query + " HTTP/1.0\r\nHost: " + uri.getHost() + port)
        .concat("\r\nAccept: application/json\r\n\r\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  private byte[] document(Socket socket, int bytesMax, long deadlineMillis) throws IOException {
    byte[] answer = new byte[bytesMax];
    int length = 0;
    for (int read = 0; read >= 0; length += read) {
      if (length == bytesMax) {
        throw new IOException("the answer has more than " + bytesMax + " bytes");
      }
      socket.setSoTimeout(left(deadlineMillis));
      read = socket.getInputStream().read(answer, length, bytesMax - length);
      if (read < 0) {
        break;
      }
    }
    String text = new String(answer, 0, length, StandardCharsets.ISO_8859_1);
    int head = text.indexOf("\r\n\r\n");
    if (head < 0 || !text.matches("(?s)HTTP/1\\.[01] 200 .*")) {
      throw new IOException("it answers " + text.lines().findFirst().orElse("nothing"));
    }
    return Arrays.copyOfRange(answer, head + 4, length);
  }

  /** Connects to the first address: the others are tried when the caller tries again. */
  private void connect(Socket socket, InetAddress[] addresses, int port, long deadlineMillis)
      throws IOException {
    socket.setTcpNoDelay(true);
    socket.connect(new InetSocketAddress(addresses[0], port), left(deadlineMillis));
  }

  private HttpReply exchange(Socket socket, URI uri, byte[] head, byte[] body, long deadlineMillis)
      throws IOException {
    socket.setSoTimeout(left(deadlineMillis));
    if (TargetGuard.isPlain(uri)) {
      return exchange(socket, head, body, deadlineMillis);
    }
    try (Socket secure = secured(socket, uri)) {
      return exchange(secure, head, body, deadlineMillis);
    }
  }

  private Socket secured(Socket socket, URI uri) throws IOException {
    SSLSocket secure =
        (SSLSocket)
            tls.getSocketFactory().createSocket(socket, uri.getHost(), TargetGuard.port(uri), true);
    SSLParameters parameters = secure.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    secure.setSSLParameters(parameters);
    secure.startHandshake();
    return secure;
  }

  private HttpReply exchange(Socket socket, byte[] head, byte[] body, long deadlineMillis)
      throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(head);
    out.write(body);
    out.flush();
    return new HttpReplyReader(
            new BufferedInputStream(socket.getInputStream()),
            () -> socket.setSoTimeout(left(deadlineMillis)))
        .read();
  }

  private static byte[] head(URI uri, List<Header> headers, int length) {
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    StringBuilder head = new StringBuilder("POST ").append(path);
    if (uri.getRawQuery() != null) {
      head.append('?').append(uri.getRawQuery());
    }
    head.append(" HTTP/1.1\r\nHost: ").append(uri.getHost());
    if (uri.getPort() >= 0) {
      head.append(':').append(uri.getPort());
    }
    head.append("\r\nConnection: close\r\nContent-Length: ").append(length);
    for (Header header : headers) {
      head.append("\r\n").append(header.name()).append(": ").append(header.value());
    }
    return head.append("\r\n\r\n").toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Milliseconds left; a timeout of zero would mean none. */
  private int left(long deadlineMillis) throws SocketTimeoutException {
    long left = deadlineMillis - clock.millis();
    if (left <= 0) {
      throw new SocketTimeoutException("the time is up");
    }
    return (int) Math.min(left, Integer.MAX_VALUE);
  }
}
