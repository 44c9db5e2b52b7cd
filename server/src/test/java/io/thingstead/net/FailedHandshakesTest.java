package io.thingstead.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.ssl.SslProvider;
import io.thingstead.event.Tries;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailedHandshakesTest {
  /** Handshakes cost, so an address from where nobody else is known gets few of them. */
  @Test
  void whoShowsUnknownCertificatesTooOftenIsTurnedAwayButNotWhoIsKnown() throws Exception {
    InstantSource still = InstantSource.fixed(Instant.EPOCH);
    Tries tries = new Tries(2, List.of(), (_, _, _, _) -> {}, still);
    try (TestPorts server = new TestPorts(SslProvider.JDK, TestPorts.LIMITS, tries)) {
      int port = server.listenTls();
      var stranger = server.authority.client("stranger");
      // The second late; a third is let in, as one is in each second; the fourth is not.
      for (int i = 0; i < 4; i++) {
        assertThatThrownBy(() -> Client.connectAndEcho(port, server.authority, stranger, "TLSv1.3"))
            .isInstanceOf(IOException.class);
      }
      assertThat(server.count(Turned.CERTIFICATE_REFUSED)).isEqualTo(3);
      assertThat(server.count(Turned.TOO_MANY_FAILURES)).isEqualTo(1);
      assertThat(tries.slowed.sum()).isEqualTo(1);

      tries.proven(InetAddress.getLoopbackAddress());
      Client.connectAndEcho(port, server.authority, server.registered("c1", true), "TLSv1.3");
      assertThat(server.next().transport().principal()).isNotNull();
    }
  }
}
