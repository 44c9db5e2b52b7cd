package io.thingstead.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** A blocking client of the JDK. */
final class Client implements AutoCloseable {
  static final byte[] CONNECT_LIKE = {0x10, 0};

  private final Socket socket;

  private Client(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(10_000);
  }

  static Client plain(int port) throws IOException {
    return new Client(new Socket(InetAddress.getLoopbackAddress(), port));
  }

  static Client tls(
      int port, SSLContext context, String version, @Nullable String host, String... alpn)
      throws IOException {
    Socket tcp = new Socket(InetAddress.getLoopbackAddress(), port);
    // By its number, or the JDK would send the name as SNI unasked.
    SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket(tcp, "127.0.0.1", port, true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setProtocols(new String[] {version});
    parameters.setServerNames(host == null ? List.of() : List.of(new SNIHostName(host)));
    parameters.setApplicationProtocols(alpn);
    socket.setSSLParameters(parameters);
    Client client = new Client(socket);
    try {
      socket.startHandshake();
      return client;
    } catch (IOException e) {
      client.close();
      throw e;
    }
  }

  /** Handshakes and then waits for the server's word on it, which TLS 1.3 gives only afterwards. */
  static void connectAndEcho(
      int port, TestAuthority authority, TestAuthority.@Nullable Identity identity, String version)
      throws IOException, GeneralSecurityException {
    try (Client client = tls(port, authority.clientContext(identity), version, "localhost")) {
      client.send(CONNECT_LIKE);
      client.read(2);
    }
  }

  SSLSocket tls() {
    return (SSLSocket) socket;
  }

  void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  byte[] read(int count) throws IOException {
    byte[] bytes = socket.getInputStream().readNBytes(count);
    if (bytes.length < count) {
      throw new IOException("closed after " + bytes.length + " bytes");
    }
    return bytes;
  }

  /** Reads until the server closes. */
  void awaitClose() throws IOException {
    try {
      socket.getInputStream().readAllBytes();
    } catch (java.net.SocketException _) {
      // Reset is closed, too.
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
