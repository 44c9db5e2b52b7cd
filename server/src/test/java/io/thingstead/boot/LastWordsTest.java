package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client that goes on talking when it is refused can still read why, also through TLS. */
class LastWordsTest {
  private static final byte[] CONNECT = {
    0x10, 14, 0, 4, 'M', 'Q', 'T', 'T', 5, 2, 0, 0, 0, 0, 1, 'c'
  };
  private static final int MORE_BYTES = 40_000;
  private static final byte NOT_AUTHORIZED = (byte) 0x87;

  @TempDir private Path directory = Path.of("");

  @Test
  void refusalIsReadThroughTls() throws Exception {
    try (RunningNode server = new RunningNode(directory);
        Socket socket =
            trusting()
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), server.devicePort())) {
      assertRefusalIsRead(socket);
    }
  }

  @Test
  void refusalIsReadWithoutTls() throws Exception {
    try (RunningNode server = new RunningNode(directory);
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.plainMqtt())) {
      assertRefusalIsRead(socket);
    }
  }

  private static void assertRefusalIsRead(Socket socket) throws IOException {
    socket.setSoTimeout(20_000);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(CONNECT);
    for (int i = 0; i < MORE_BYTES; i += 2) {
      // Pings that nobody will answer.
      all.write(0xC0);
      all.write(0);
    }
    OutputStream out = socket.getOutputStream();
    out.write(all.toByteArray());
    out.flush();
    byte[] answer = socket.getInputStream().readAllBytes();
    assertThat(answer).hasSizeGreaterThan(4);
    assertThat(answer[0]).isEqualTo((byte) 0x20);
    assertThat(answer[3]).isEqualTo(NOT_AUTHORIZED);
  }

  private static SSLContext trusting() throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    X509TrustManager any =
        new X509TrustManager() {
          @Override
          public void checkClientTrusted(X509Certificate[] chain, String type) {}

          @Override
          public void checkServerTrusted(X509Certificate[] chain, String type) {}

          @Override
          public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
          }
        };
    context.init(null, new TrustManager[] {any}, null);
    return context;
  }
}
