package io.thingstead.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Clients with durable sessions publish to one another over connections that break, on a server
 * that loses its power; then everybody comes back. Failures repeat from the seed.
 */
class BrokerSimulationTest {
  private static final int STEPS = 3_000;

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 60);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void nothingAcknowledgedIsLostNorAnyQos2MessageDoubled(long seed) {
    SimulatedBroker server = new SimulatedBroker(seed);
    Random random = new Random(seed * 31);
    List<SimulatedClient> clients = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      clients.add(new SimulatedClient("c" + i, server));
    }
    subscribeAll(server, clients);
    int number = 0;
    for (int step = 0; step < STEPS; step++) {
      SimulatedClient client = clients.get(random.nextInt(clients.size()));
      int dice = random.nextInt(1000);
      if (dice < 2) {
        server.crash();
        clients.forEach(SimulatedClient::lose);
      } else if (dice < 12) {
        client.disconnect();
      } else if (dice < 32) {
        client.connect();
      } else if (dice < 60 && !client.connected()) {
        client.connect();
      } else if (dice < 200) {
        Qos qos = random.nextBoolean() ? Qos.AT_LEAST_ONCE : Qos.EXACTLY_ONCE;
        client.publish("abc".substring(random.nextInt(3)).substring(0, 1), qos, number++);
      } else if (dice < 600) {
        client.network(random.nextBoolean());
      } else {
        server.simulation.run(1 + random.nextInt(10));
      }
    }
    settle(server, clients);
    clients.forEach(client -> check(client, clients));
  }

  private static void subscribeAll(SimulatedBroker server, List<SimulatedClient> clients) {
    clients.forEach(SimulatedClient::connect);
    calm(server, clients);
    clients.forEach(client -> assertThat(client.subscribed()).isTrue());
  }

  /** Everybody comes back, twice, and all that is under way arrives. */
  private static void settle(SimulatedBroker server, List<SimulatedClient> clients) {
    for (int round = 0; round < 2; round++) {
      clients.forEach(SimulatedClient::connect);
      calm(server, clients);
    }
    clients.forEach(client -> assertThat(client.allFinished()).as(client.id).isTrue());
  }

  private static void calm(SimulatedBroker server, List<SimulatedClient> clients) {
    for (int i = 0; i < 10_000; i++) {
      server.simulation.runUntilIdle();
      if (clients.stream().allMatch(SimulatedClient::idle)) {
        server.lanes.tick();
        server.simulation.advance(Duration.ofSeconds(1));
        if (clients.stream().allMatch(SimulatedClient::idle)) {
          return;
        }
      }
      clients.forEach(
          client -> {
            client.network(true);
            client.network(false);
          });
    }
    throw new AssertionError("it never becomes calm");
  }

  private static void check(SimulatedClient receiver, List<SimulatedClient> senders) {
    Set<String> seen = new HashSet<>();
    Map<String, Integer> last = new HashMap<>();
    for (String text : receiver.got) {
      boolean first = seen.add(text);
      String[] parts = text.split("/", -1);
      if (parts[2].equals("2")) {
        assertThat(first).as("%s got %s twice", receiver.id, text).isTrue();
      }
      if (first) {
        String stream = parts[0] + "/" + parts[1] + "/" + parts[2];
        int number = Integer.parseInt(parts[3]);
        assertThat(number)
            .as("%s got %s out of order", receiver.id, text)
            .isGreaterThan(last.getOrDefault(stream, -1));
        last.put(stream, number);
      }
    }
    for (SimulatedClient sender : senders) {
      assertThat(seen).as("acknowledged to " + sender.id).containsAll(sender.finished);
    }
  }
}
