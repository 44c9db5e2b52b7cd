package io.thingstead.rules.action;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thingstead.model.ApiException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TargetGuardTest {
  private static final URI HTTPS = URI.create("https://example.com/x");
  private final TargetGuard closed = new TargetGuard(List.of());

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "192.0.0.8",
        "198.19.0.1",
        "224.0.0.1",
        "239.1.1.1",
        "240.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::7f00:1",
        "fe80::1",
        "fec0::1",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:1::1"
      })
  void addressesOfTheOwnNetworkAreClosed(String address) {
    assertThat(closed.refusal(HTTPS, InetAddress.ofLiteral(address))).contains("--allow-target");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "8.8.8.8",
        "172.15.0.1",
        "172.32.0.1",
        "192.167.0.1",
        "100.63.0.1",
        "100.128.0.1",
        "2606:4700::1111",
        "11.0.0.1",
        "223.255.255.255"
      })
  void publicAddressesAreOpenByHttpsOnItsPorts(String address) {
    InetAddress at = InetAddress.ofLiteral(address);
    assertThat(closed.refusal(HTTPS, at)).isNull();
    assertThat(closed.refusal(URI.create("https://example.com:8443/"), at)).isNull();
    assertThat(closed.refusal(URI.create("https://example.com:22/"), at)).contains("ports");
    assertThat(closed.refusal(URI.create("http://example.com/"), at)).contains("https");
  }

  @Test
  void allowListOpensItsRangesAndNoMore() {
    TargetGuard open = new TargetGuard(List.of("127.0.0.1", "10.1.0.0/15", "fd00::/8"));
    URI plain = URI.create("http://example.com:8080/");
    assertThat(open.refusal(plain, InetAddress.ofLiteral("127.0.0.1"))).isNull();
    assertThat(open.refusal(plain, InetAddress.ofLiteral("127.0.0.2"))).isNotNull();
    assertThat(open.refusal(plain, InetAddress.ofLiteral("10.1.255.1"))).isNull();
    assertThat(open.refusal(plain, InetAddress.ofLiteral("10.0.1.1"))).isNull();
    assertThat(open.refusal(plain, InetAddress.ofLiteral("10.2.0.1"))).isNotNull();
    assertThat(open.refusal(plain, InetAddress.ofLiteral("fd00::1"))).isNull();
    assertThat(open.refusal(plain, InetAddress.ofLiteral("8.8.8.8"))).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "10.0.0.0/33", "10.0.0.0/x", "10.0.0.0/-1", "", "/8"})
  void allowListTakesOnlyAddresses(String text) {
    assertThatThrownBy(() -> new TargetGuard(List.of(text)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void plainHttpIsRefusedAtCreationWithoutAnAllowList() {
    for (String url : List.of("http://example.com/", "https://example.com:444/", "https:///x")) {
      assertThatThrownBy(() -> closed.require("http.url", url)).isInstanceOf(ApiException.class);
    }
    assertThat(closed.require("http.url", "https://example.com:8443/a").getPort()).isEqualTo(8443);
  }

  @Test
  void closedAddressIsNotEvenConnectedTo() throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ServerSocket server = new ServerSocket()) {
      server.bind(new InetSocketAddress(loopback, 0));
      URI uri = URI.create("https://localhost:" + server.getLocalPort() + "/");
      HttpCalls calls = new HttpCalls(closed, SSLContext.getDefault(), InstantSource.system());
      HttpReply reply = calls.post(uri, List.of(), new byte[0], Long.MAX_VALUE);
      assertThat(reply)
          .isInstanceOfSatisfying(
              HttpReply.NoAnswer.class,
              none -> {
                assertThat(none.why()).contains("closed to rules");
                assertThat(none.mayRetry()).isFalse();
              });
      server.setSoTimeout(1);
      assertThatThrownBy(server::accept).isInstanceOf(IOException.class);
    }
  }

  @Test
  void pathBelowTheDestinationIsTakenAfterDotsAreResolved() {
    URI confirmation = Objects.requireNonNull(TargetGuard.parse("https://H.example/in/"));
    assertThat(below("https://h.example/in/x?y", confirmation)).isTrue();
    assertThat(below("https://h.example:443/in/x", confirmation)).isTrue();
    assertThat(below("https://h.example/in/../out", confirmation)).isFalse();
    assertThat(below("https://h.example:8443/in/x", confirmation)).isFalse();
    assertThat(below("http://h.example/in/x", confirmation)).isFalse();
    assertThat(below("https://h.example.evil/in/x", confirmation)).isFalse();
  }

  private static boolean below(String url, URI confirmation) {
    return HttpPoster.isBelow(Objects.requireNonNull(TargetGuard.parse(url)), confirmation);
  }
}
