package io.thingstead.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.engine.Family;
import io.thingstead.engine.MemoryStore;
import io.thingstead.model.Limits;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
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
 * Clients with durable sessions publish to one another, to shared groups and by their wills, over
 * connections that break, on a server whose store fails and that loses its power at any operation;
 * then everybody comes back. Failures repeat from the seed.
 */
class BrokerSimulationTest {
  private static final int STEPS = 3_000;

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 40);
  }

  /** What a run has beside messages, connections and crashes. */
  private enum Trouble {
    NONE,
    /** The store refuses, cannot be read, or dies in the midst of a commit. */
    FAULTS,
    /** Queues are so short that they overflow. */
    OVERFLOW
  }

  private final List<SimulatedClient> clients = new ArrayList<>();
  private final List<SimulatedClient> listeners = new ArrayList<>();
  private final List<SimulatedClient> group = new ArrayList<>();
  private final List<SimulatedClient> mixed = new ArrayList<>();
  private final List<SimulatedClient> everybody = new ArrayList<>();

  @ParameterizedTest
  @MethodSource("seeds")
  void nothingAcknowledgedIsLostNorAnyQos2MessageDoubled(long seed) {
    run(seed, Trouble.NONE);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void norWhenTheStoreFailsAtAnyOperation(long seed) {
    run(seed, Trouble.FAULTS);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void norWhenQueuesOverflow(long seed) {
    run(seed, Trouble.OVERFLOW);
  }

  private void run(long seed, Trouble trouble) {
    SimulatedBroker server = new SimulatedBroker(seed, limits(trouble), 1 + (int) (seed % 3));
    Random random = new Random(seed * 31);
    gather(server);
    everybody.forEach(SimulatedClient::connect);
    calm(server);
    listeners.forEach(client -> assertThat(client.subscribed()).isTrue());
    for (int step = 0, number = 0; step < STEPS; step++, number++) {
      step(server, random, trouble, number);
    }
    server.store.heal();
    settle(server);
    listeners.forEach(client -> check(client, trouble));
    checkGroup(group, "g", true);
    checkGroup(mixed, "h", false);
    assertThat(queueRows(server)).as("rows of queues that are empty").isEmpty();
  }

  private static Limits limits(Trouble trouble) {
    long most = trouble == Trouble.OVERFLOW ? 12 : 10_000;
    return SimulatedBroker.limits(
        Map.of(
            "sessions.queuedPerGroup",
            most,
            "sessions.drainedPerMember",
            1000L,
            "sessions.queues.messages",
            most,
            "sessions.queues.bytes",
            1L << 20,
            "sessions.queues.readyMessages",
            3L,
            "sessions.queues.readyBytes",
            2_000L));
  }

  private void gather(SimulatedBroker server) {
    // Two that share a partition, and so what they store; others wherever they are.
    for (int i = 0; listeners.size() < 3; i++) {
      if (Tables.partition("c" + i) == 7) {
        listeners.add(new SimulatedClient("c" + i, server));
      }
    }
    listeners.add(new SimulatedClient("d", server));
    for (int i = 0; i < 2; i++) {
      group.add(new SimulatedClient("g" + i, server, "$share/g/s/#", Qos.EXACTLY_ONCE, false));
    }
    mixed.add(new SimulatedClient("h0", server, "$share/h/s/#", Qos.AT_LEAST_ONCE, false));
    mixed.add(new SimulatedClient("h1", server, "$share/h/s/#", Qos.AT_LEAST_ONCE, true));
    clients.addAll(listeners);
    clients.add(group.getFirst());
    everybody.addAll(listeners);
    everybody.addAll(group);
    everybody.addAll(mixed);
  }

  private void step(SimulatedBroker server, Random random, Trouble trouble, int number) {
    SimulatedClient client = everybody.get(random.nextInt(everybody.size()));
    int dice = random.nextInt(1000);
    if (dice < 2 || !server.simulation.fatal().isEmpty()) {
      server.crash();
      everybody.forEach(SimulatedClient::lose);
    } else if (dice < 12) {
      client.disconnect();
    } else if (dice < 32) {
      client.connect();
    } else if (dice < 60 && !client.connected()) {
      client.connect();
    } else if (dice < 70 && trouble == Trouble.FAULTS) {
      server.store.fail(1 + random.nextInt(20), random.nextInt(4) == 0);
    } else if (dice < 80) {
      server.simulation.advanceWithoutTurns(Duration.ofSeconds(1));
      server.lanes.tick();
    } else if (dice < 250) {
      SimulatedClient publisher = clients.get(random.nextInt(clients.size()));
      Qos qos = random.nextBoolean() ? Qos.AT_LEAST_ONCE : Qos.EXACTLY_ONCE;
      String topic = List.of("t/a", "t/b", "s/a", "s/b").get(random.nextInt(4));
      publisher.publish(topic, qos, number, random.nextInt(10) == 0);
    } else if (dice < 700) {
      client.network(random.nextBoolean());
    } else {
      server.simulation.run(1 + random.nextInt(10));
    }
  }

  /** Everybody comes back, twice, and all that is under way arrives. */
  private void settle(SimulatedBroker server) {
    if (!server.simulation.fatal().isEmpty()) {
      server.crash();
    }
    for (int round = 0; round < 2; round++) {
      everybody.forEach(SimulatedClient::connect);
      calm(server);
    }
    everybody.forEach(client -> assertThat(client.allFinished()).as(client.id).isTrue());
  }

  private void calm(SimulatedBroker server) {
    int idle = 0;
    for (int i = 0; i < 10_000; i++) {
      server.simulation.runUntilIdle();
      if (everybody.stream().allMatch(SimulatedClient::idle)) {
        server.lanes.tick();
        server.simulation.advance(Duration.ofSeconds(1));
        // What was refused by the store is tried again after a second or some.
        idle = everybody.stream().allMatch(SimulatedClient::idle) ? idle + 1 : 0;
        if (idle == 5) {
          return;
        }
      }
      everybody.stream().filter(client -> !client.connected()).forEach(SimulatedClient::connect);
      everybody.forEach(
          client -> {
            client.network(true);
            client.network(false);
          });
    }
    throw new AssertionError("it never becomes calm");
  }

  private void check(SimulatedClient receiver, Trouble trouble) {
    Set<String> seen = new HashSet<>();
    Map<String, Integer> last = new HashMap<>();
    Set<String> refused = new HashSet<>();
    clients.forEach(sender -> refused.addAll(sender.refused));
    for (String text : receiver.got) {
      boolean first = seen.add(text);
      String[] parts = text.split("/", -1);
      if (parts[2].equals("2")) {
        assertThat(first).as("%s got %s twice", receiver.id, text).isTrue();
      }
      // What was refused, or expired, and is sent again comes behind what was sent behind it.
      boolean again = refused.contains(text) || parts[1].endsWith("-x");
      if (first && !parts[1].equals("w") && !again) {
        String stream = parts[0] + "/" + parts[1] + "/" + parts[2];
        int number = Integer.parseInt(parts[3]);
        assertThat(number)
            .as("%s got %s out of order", receiver.id, text)
            .isGreaterThan(last.getOrDefault(stream, -1));
        last.put(stream, number);
      }
    }
    for (SimulatedClient sender : clients) {
      assertThat(seen)
          .as("acknowledged to " + sender.id)
          .containsAll(sender.finished.stream().filter(text -> text.contains("/t-")).toList());
      if (trouble != Trouble.OVERFLOW) {
        assertThat(seen).as("wills of " + sender.id).containsAll(sender.wills);
      }
    }
  }

  private void checkGroup(List<SimulatedClient> members, String name, boolean once) {
    Set<String> seen = new HashSet<>();
    for (SimulatedClient member : members) {
      for (String text : member.got) {
        boolean first = seen.add(text);
        if (once && text.split("/", -1)[2].equals("2")) {
          assertThat(first).as("group %s got %s twice", name, text).isTrue();
        }
      }
    }
    for (SimulatedClient sender : clients) {
      assertThat(seen)
          .as("acknowledged to %s, for group %s", sender.id, name)
          .containsAll(sender.finished.stream().filter(text -> text.contains("/s-")).toList());
    }
  }

  private static List<String> queueRows(SimulatedBroker server) {
    byte[] last = new byte[40];
    Arrays.fill(last, (byte) 0xFF);
    MemoryStore store = server.simulation.store();
    return store.scan(Family.QUEUE, new byte[0], last, Integer.MAX_VALUE).stream()
        .map(row -> new String(row.key(), StandardCharsets.ISO_8859_1))
        .toList();
  }
}
