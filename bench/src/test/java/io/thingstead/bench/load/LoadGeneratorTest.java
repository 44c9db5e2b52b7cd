package io.thingstead.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/** The generator against a broker that loses nothing. */
class LoadGeneratorTest {
  private static ObjectNode run(int port, String arguments) {
    List<String> all = new ArrayList<>(List.of(arguments.split(" ", -1)));
    all.addAll(List.of("--port", "" + port, "--warm", "0.05", "--secs", "0.2"));
    all.addAll(List.of("--pids", "" + ProcessHandle.current().pid()));
    return LoadGenerator.measure(all);
  }

  @ParameterizedTest
  @CsvSource({
    "--scenario fanin --qos 0 --pubs 5 --window 4, 1",
    "--scenario fanin --qos 1 --pubs 5 --subs 2 --window 4, 2",
    "--scenario fanout --qos 0 --subs 10 --window 4, 10",
    "--scenario pairs --qos 2 --pubs 5 --window 4, 1",
  })
  void everyPublishedMessageIsDelivered(String arguments, int fanout) throws IOException {
    try (TinyBroker broker = new TinyBroker()) {
      ObjectNode result = run(broker.port(), arguments);
      assertThat(result.has("error")).as("%s", result).isFalse();
      assertThat(result.required("in_s").longValue()).isPositive();
      assertThat(result.required("lost").longValue()).isZero();
      // The last window is published and not yet delivered, or the other way round.
      assertThat(result.required("out_s").doubleValue() / result.required("in_s").doubleValue())
          .isBetween(fanout * 0.5, fanout * 2.0);
      assertThat(result.required("p50_ms").doubleValue()).isPositive();
      assertThat(result.required("rss_mb").doubleValue()).isPositive();
    }
  }

  @Test
  void aRateIsKeptToAtMost() throws IOException {
    try (TinyBroker broker = new TinyBroker()) {
      ObjectNode result = run(broker.port(), "--scenario pairs --qos 1 --pubs 5 --rate 500");
      assertThat(result.required("in_s").doubleValue()).isBetween(1.0, 1100.0);
      assertThat(result.required("out_s").longValue()).isPositive();
    }
  }

  @Test
  void connectionsAreOpenedAndClosedAgainAndAgain() throws IOException {
    try (TinyBroker broker = new TinyBroker()) {
      ObjectNode result = run(broker.port(), "--scenario connect --concur 4");
      assertThat(result.required("hs_per_s").longValue()).isGreaterThan(20);
      assertThat(result.required("retry").longValue()).isZero();
    }
  }

  @Test
  void idleConnectionsAreCounted() throws IOException {
    try (TinyBroker broker = new TinyBroker()) {
      ObjectNode result = run(broker.port(), "--scenario idle --subs 50 --hold 0.1");
      assertThat(result.required("conns").longValue()).isEqualTo(50);
    }
  }

  @Test
  void aRefusedConnectionIsAnErrorAndNotAFigure() throws IOException {
    int closed;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = socket.getLocalPort();
    }
    ObjectNode result = run(closed, "--scenario fanin --pubs 1");
    assertThat(result.required("error").stringValue()).contains("refused");
  }
}
