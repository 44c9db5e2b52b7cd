package io.thingstead.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server that has answered everything before the generator has looked a second time: nothing
 * wakes the generator any more, and yet it must go on.
 */
class QuickHandshakeTest {
  private static final char[] PASSWORD = "secret".toCharArray();

  @TempDir private Path directory;

  private void openssl(String arguments) throws IOException, InterruptedException {
    int code =
        new ProcessBuilder(("openssl " + arguments).split(" ", -1))
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start()
            .waitFor();
    assertThat(code).as(Files.readString(directory.resolve("log"))).isZero();
  }

  private SSLServerSocket listen() throws Exception {
    openssl(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem"
            + " -out cert.pem -subj /CN=quick -days 1");
    openssl("pkcs12 -export -inkey key.pem -in cert.pem -out keys.p12 -passout pass:secret");
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(directory.resolve("keys.p12"))) {
      keys.load(in, PASSWORD);
    }
    KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
    managers.init(keys, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return (SSLServerSocket)
        context.getServerSocketFactory().createServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  @Test
  void connectIsSentThoughTheHandshakeEndsAtTheFirstLook() throws Exception {
    CompletableFuture<Integer> first = new CompletableFuture<>();
    try (SSLServerSocket server = listen()) {
      Thread.ofVirtual()
          .start(
              () -> {
                try (SSLSocket socket = (SSLSocket) server.accept()) {
                  first.complete(socket.getInputStream().read());
                } catch (IOException e) {
                  first.completeExceptionally(e);
                }
              });
      Options options = new Options();
      options.scenario = Scenario.TLS;
      options.ca = directory.resolve("cert.pem");
      Client client = new Client(0, "quick");
      Loop loop = new Loop(options, new Client[] {client}, true);
      // Each read of a blocking channel waits until the server has answered.
      try (SocketChannel channel = SocketChannel.open(server.getLocalSocketAddress())) {
        client.channel = channel;
        loop.connected(client, channel);
        assertThat(client.state).isEqualTo(Client.State.WAIT_CONNACK);
        loop.once(1);
        assertThat(first.get(10, TimeUnit.SECONDS)).as("CONNECT").isEqualTo(0x10);
      }
      loop.close(client);
    }
  }
}
