package io.thingstead.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import io.thingstead.domain.Certified;
import io.thingstead.domain.SecurityPolicy;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The server's certificate is replaced under connections; what no one uses any more is freed. */
class ReloadTest {
  private static final int RELOADS = 200;

  private final TestPorts server = new TestPorts(SslProvider.OPENSSL_REFCNT, TestPorts.LIMITS);

  @AfterEach
  void close() {
    server.close();
  }

  private Client connect(int port) throws IOException, GeneralSecurityException {
    Client client = Client.tls(port, server.authority.clientContext(null), "TLSv1.3", "localhost");
    echo(client);
    return client;
  }

  private static void echo(Client client) throws IOException {
    client.send(Client.CONNECT_LIKE);
    assertThat(client.read(2)).isEqualTo(Client.CONNECT_LIKE);
  }

  private static X509Certificate shown(Client client) throws IOException {
    return (X509Certificate) client.tls().getSession().getPeerCertificates()[0];
  }

  /** Those in use now, without holding them. */
  private SslContext current() {
    SslContext context = server.contexts.acquire("localhost", SecurityPolicy.DEFAULT);
    ReferenceCountUtil.release(context);
    return context;
  }

  @Test
  void twoHundredReloadsDropNoConnectionAndLeaveNoContextBehind() throws Exception {
    int port = server.listenTls();
    SslContext first = current();
    List<SslContext> replaced = new ArrayList<>();
    try (Client old = connect(port)) {
      X509Certificate oldCertificate = shown(old);
      for (int i = 0; i < RELOADS; i++) {
        TestAuthority.Identity next = server.authority.server("localhost");
        server.contexts.replace(List.of(next.asServer()));
        replaced.add(current());
        if (i % 20 == 0) {
          try (Client fresh = connect(port)) {
            assertThat(shown(fresh)).isEqualTo(next.certificate());
          }
        }
        echo(old);
      }
      assertThat(shown(old)).isEqualTo(oldCertificate);
      assertThat(count(first)).as("the open connection holds its context").isEqualTo(1);
    }
    server.ports.drain(java.time.Duration.ofSeconds(1));
    assertThat(count(first)).isZero();
    SslContext last = replaced.removeLast();
    assertThat(replaced).hasSize(RELOADS - 1).allMatch(context -> count(context) == 0);
    assertThat(count(last)).isEqualTo(1);
    server.contexts.close();
    assertThat(count(last)).isZero();
  }

  @Test
  void aHostNameHasACertificateOfItsOwnUntilItIsRemoved() throws Exception {
    int port = server.listenTls();
    SslContext first = current();
    List<SslContext> own = new ArrayList<>();
    for (int i = 0; i < RELOADS; i++) {
      TestAuthority.Identity next = server.authority.server("localhost");
      server.contexts.put("localhost", new Certified(next.asServer(), SecurityPolicy.DEFAULT));
      own.add(current());
      if (i % 50 == 0) {
        try (Client fresh = connect(port)) {
          assertThat(shown(fresh)).isEqualTo(next.certificate());
        }
      }
    }
    SslContext strict = server.contexts.acquire("other", SecurityPolicy.TLS13_1_3_2022_10);
    ReferenceCountUtil.release(strict);
    try (Client live = connect(port)) {
      server.contexts.remove("localhost");
      echo(live);
      assertThat(current()).isSameAs(first);
    }
    server.ports.drain(java.time.Duration.ofSeconds(1));
    assertThat(own).doesNotHaveDuplicates().allMatch(context -> count(context) == 0);
    server.contexts.close();
    assertThat(count(first)).isZero();
    assertThat(count(strict)).isZero();
  }

  private static int count(SslContext context) {
    return ReferenceCountUtil.refCnt(context);
  }
}
