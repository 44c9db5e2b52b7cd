package io.thingstead.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A browser is never asked for a client certificate, so that it shows nobody a list of them. */
class BrowserHelloTest {
  private static final int CERTIFICATE_REQUEST = 13;
  private static final int SERVER_HELLO_DONE = 14;
  private static final int CIPHERS_AT = 5 + 4 + 34; // record, handshake, version and random

  private final TestPorts server = new TestPorts(SslProvider.OPENSSL_REFCNT, TestPorts.LIMITS);

  @AfterEach
  void close() {
    server.close();
  }

  @ParameterizedTest
  @CsvSource({
    // what marks a browser: a cipher that means nothing, or an extension
    "ALL,'','',true",
    "ALL,2A2A,'',false",
    "ALL,'',FE0D000B0000010001000000000100,false",
    "ALL,'',00220000,false",
    "ALL,'',5A5A0000,false",
    "DEVICE,2A2A,'',true",
    "ADMIN,'','',false"
  })
  void isAskedForACertificate(Role role, String cipher, String extension, boolean asked)
      throws Exception {
    int port = server.listen(Listener.tls(TestPorts.ANY, role));
    byte[] hello = hello(HexFormat.of().parseHex(cipher), HexFormat.of().parseHex(extension));
    assertThat(answer(port, hello).contains(CERTIFICATE_REQUEST)).isEqualTo(asked);
  }

  /** The JDK's first words in TLS 1.2, whose answer is not encrypted, with a mark added. */
  private byte[] hello(byte[] cipher, byte[] extension) throws Exception {
    SSLEngine engine = server.authority.clientContext(null).createSSLEngine("localhost", 1);
    engine.setUseClientMode(true);
    engine.setEnabledProtocols(new String[] {"TLSv1.2"});
    ByteBuffer wrapped = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    engine.wrap(ByteBuffer.allocate(0), wrapped);
    byte[] hello = Arrays.copyOf(wrapped.array(), wrapped.position());
    int ciphers = CIPHERS_AT + 1 + hello[CIPHERS_AT];
    hello = insert(hello, ciphers + 2, cipher);
    grow(hello, ciphers, cipher.length);
    int extensions = ciphers + 2 + number(hello, ciphers) + 2; // one compression method
    hello = insert(hello, hello.length, extension);
    grow(hello, extensions, extension.length);
    return hello;
  }

  private static byte[] insert(byte[] hello, int at, byte[] more) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(hello, 0, at);
    out.writeBytes(more);
    out.write(hello, at, hello.length - at);
    byte[] longer = out.toByteArray();
    grow(longer, 3, more.length); // the record
    grow(longer, 7, more.length); // the handshake message; its third byte stays zero
    return longer;
  }

  private static int number(byte[] bytes, int at) {
    return (bytes[at] & 0xFF) << 8 | bytes[at + 1] & 0xFF;
  }

  private static void grow(byte[] bytes, int at, int by) {
    int value = number(bytes, at) + by;
    bytes[at] = (byte) (value >> 8);
    bytes[at + 1] = (byte) value;
  }

  /** The types of the handshake messages up to the end of the server's turn. */
  private static List<Integer> answer(int port, byte[] hello) throws Exception {
    List<Integer> types = new ArrayList<>();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(hello);
      DataInputStream in = new DataInputStream(socket.getInputStream());
      ByteArrayOutputStream messages = new ByteArrayOutputStream();
      while (!types.contains(SERVER_HELLO_DONE)) {
        assertThat(in.readUnsignedByte()).as("a record of the handshake").isEqualTo(22);
        in.readUnsignedShort();
        messages.writeBytes(in.readNBytes(in.readUnsignedShort()));
        types = types(messages.toByteArray());
      }
    }
    return types;
  }

  private static List<Integer> types(byte[] messages) {
    List<Integer> types = new ArrayList<>();
    for (int at = 0; at + 4 <= messages.length; ) {
      types.add((int) messages[at]);
      at += 4 + ((messages[at + 1] & 0xFF) << 16 | number(messages, at + 2));
    }
    return types;
  }
}
