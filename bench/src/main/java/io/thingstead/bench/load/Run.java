package io.thingstead.bench.load;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** One run of one scenario: builds its clients, measures, and says what it found. */
final class Run {
  private static final double SETUP_SECONDS = 300;
  private static final long NO_PROGRESS_NANOS = 5_000_000_000L;

  /** An offline phase that takes longer is cut off. */
  private static final long PHASE_NANOS = 60_000_000_000L;

  private final Options options;
  private final Processes broker;
  private final Client[] clients;
  private final Loop loop;
  private final ObjectNode result = JsonNodeFactory.instance.objectNode();

  Run(Options options) {
    this.options = options;
    broker = new Processes(options.pids);
    clients = new Client[clientCount(options)];
    for (int i = 0; i < clients.length; i++) {
      boolean by = options.scenario == Scenario.SESSIONS && i == options.messages;
      // Not the name of a session, of which another run may make more.
      String name = by ? "publisher" : "" + i;
      clients[i] = new Client(i, "load" + ProcessHandle.current().pid() % 10_000 + "-" + name);
    }
    loop = new Loop(options, clients, options.tls || options.scenario == Scenario.TLS);
    result
        .put("peer", options.peer)
        .put("scenario", options.scenario.name().toLowerCase(java.util.Locale.ROOT))
        .put("qos", options.qos)
        .put("size", options.size)
        .put("tls", options.tls);
  }

  private static int clientCount(Options options) {
    return switch (options.scenario) {
      case FANIN, WILD, EXACT, OFFLINE -> options.subscribers + options.publishers;
      case FANOUT -> options.subscribers + 1;
      case PAIRS, RULE -> 2 * options.publishers;
      case IDLE -> options.subscribers;
      case SESSIONS -> options.messages + 1;
      case RESUME -> options.messages;
      case CONNECT, TLS -> options.concurrency;
    };
  }

  ObjectNode measure() {
    try {
      scenario();
      return result;
    } finally {
      loop.closeAll();
    }
  }

  private void scenario() {
    int subscribers = options.subscribers;
    switch (options.scenario) {
      case FANIN -> {
        subscribe(0, subscribers, _ -> "fi/t");
        flow(publishers(subscribers, _ -> "fi/t"), subscribers);
      }
      case FANOUT -> {
        subscribe(0, subscribers, _ -> "fo/t");
        flow(publishers(subscribers, _ -> "fo/t"), subscribers);
      }
      case PAIRS -> {
        int pairs = options.publishers;
        subscribe(0, pairs, i -> "pp/" + i + "/d");
        flow(publishers(pairs, i -> "pp/" + i + "/d"), 1);
      }
      case RULE -> {
        int pairs = options.publishers;
        subscribe(0, pairs, i -> "rp/" + i + "/d");
        flow(publishers(pairs, i -> "ru/" + i + "/s"), 1);
      }
      case WILD -> {
        for (int i = 0; i < subscribers; i++) {
          clients[i].filters = wildcards(i);
        }
        // On average a random topic matches two of the five kinds of filter.
        flow(publishers(subscribers, _ -> ""), 2);
      }
      case EXACT -> {
        for (int i = 0; i < subscribers; i++) {
          clients[i].filters = exacts(i);
        }
        flow(publishers(subscribers, _ -> ""), 1);
      }
      case SESSIONS -> sessions();
      case RESUME -> resume();
      case OFFLINE -> offline();
      case IDLE -> idle();
      case CONNECT -> {
        subscribe(0, clients.length, i -> "co/" + i);
        connects();
      }
      case TLS -> connects();
    }
  }

  private interface TopicOf {
    String topic(int index);
  }

  private void subscribe(int from, int until, TopicOf topic) {
    for (int i = from; i < until; i++) {
      clients[i].filters = List.of(topic.topic(i));
    }
  }

  private List<Client> publishers(int from, TopicOf topic) {
    List<Client> publishers = new ArrayList<>();
    for (int i = from; i < clients.length; i++) {
      clients[i].topic = topic.topic(i - from);
      publishers.add(clients[i]);
    }
    return publishers;
  }

  private List<String> wildcards(int client) {
    List<String> filters = new ArrayList<>();
    for (int i = client; i < options.messages; i += options.subscribers) {
      int k = i / 5;
      filters.add(
          switch (i % 5) {
            case 0 -> "w/" + k + "/+/t";
            case 1 -> "w/" + k + "/x/#";
            case 2 -> "w/+/" + k + "/t";
            case 3 -> "w/" + k + "/+/+/z";
            default -> "w/+/y" + k + "/#";
          });
    }
    return filters;
  }

  private List<String> exacts(int client) {
    List<String> filters = new ArrayList<>();
    for (int i = client; i < options.messages; i += options.subscribers) {
      filters.add("e/" + i);
    }
    return filters;
  }

  private void flow(List<Client> from, int fanout) {
    Publishers publishers = new Publishers(options, loop, from, fanout);
    loop.publishWith(publishers);
    double before = options.memory ? settledMib() : 0;
    Stopwatch setup = new Stopwatch(broker);
    loop.openAndWait(0, clients.length, SETUP_SECONDS);
    double setupSeconds = setup.seconds();
    if (options.memory) {
      result.put("setup_per_cpu", setup.perCpu(options.messages));
      result.put("setup_mb", round(settledMib() - before, 1));
    }
    if (loop.packets().refusedSubscriptions > 0) {
      throw new LoadException(loop.packets().refusedSubscriptions + " subscriptions refused");
    }
    publishers.begin();
    Stopwatch warm = new Stopwatch(broker);
    loop.spin(options.warmSeconds);
    while (warm.brokerCpu() < options.warmCpuSeconds && warm.seconds() < options.maxSeconds * 2) {
      loop.spin(.2);
    }
    long received = loop.packets().received;
    long published = publishers.published;
    long lost = publishers.lost;
    Stopwatch watch = new Stopwatch(broker);
    loop.packets().measuring = true;
    loop.spin(options.seconds);
    while (watch.brokerCpu() < options.minCpuSeconds && watch.seconds() < options.maxSeconds) {
      loop.spin(.1);
    }
    loop.packets().measuring = false;
    double seconds = watch.seconds();
    long deliveries = loop.packets().received - received;
    result.put("msgs_per_cpu", watch.perCpu(deliveries));
    watch.tell(result);
    result.put("secs", round(seconds, 2)).put("setup_s", round(setupSeconds, 2));
    result.put("in_s", Math.round((publishers.published - published) / seconds));
    result.put("out_s", Math.round(deliveries / seconds));
    Histogram latency = loop.packets().latency();
    result.put("p50_ms", round(latency.millis(.5), 3)).put("p99_ms", round(latency.millis(.99), 3));
    result.put("p999_ms", round(latency.millis(.999), 3));
    result.put("rss_mb", round(broker.residentMib(), 1)).put("lost", publishers.lost - lost);
    result.put("dup", loop.packets().duplicates).put("closed", loop.closed);
  }

  private double settledMib() {
    collectGarbage();
    return broker.residentMib();
  }

  private void sessions() {
    int count = options.messages;
    for (int i = 0; i < count; i++) {
      clients[i].filters = filtersOfSession(i);
      clients[i].cleanSession = false;
    }
    long[] done = {0};
    loop.onReady =
        client -> {
          done[0]++;
          loop.end(client);
        };
    Stopwatch watch = new Stopwatch(broker);
    loop.open(0, count);
    while (done[0] < count && watch.seconds() < SETUP_SECONDS) {
      loop.once(50);
    }
    result.put("hs_per_cpu", watch.perCpu(done[0]));
    result.put("hs_per_s", Math.round(done[0] / watch.seconds()));
    watch.tell(result);
    result.put("conns", done[0]);
    loop.onReady = null;
    if (options.queued > 0) {
      queue(clients[count]);
    }
    result.put("rss_mb", round(settledMib(), 1));
  }

  private List<String> filtersOfSession(int session) {
    List<String> filters = new ArrayList<>(List.of("se/" + session));
    for (int i = 1; i < options.filters; i++) {
      filters.add("se/" + session + "/+/" + i);
    }
    return filters;
  }

  /** Has one client publish to all sessions in turn. */
  private void queue(Client by) {
    Publishers publishers = new Publishers(options, loop, List.of(by), 0);
    loop.publishWith(publishers);
    publishers.stopped = true;
    loop.openAndWait(by.index, by.index + 1, SETUP_SECONDS);
    long wanted = (long) options.messages * options.queued;
    publishers.left = wanted;
    publishers.stopped = false;
    loop.packets().acknowledged = 0;
    Stopwatch store = new Stopwatch(broker);
    until(wanted, () -> loop.packets().acknowledged);
    result.put("stored", loop.packets().acknowledged);
    result.put("store_per_cpu", store.perCpu(loop.packets().acknowledged));
  }

  private void resume() {
    for (Client client : clients) {
      client.cleanSession = false;
    }
    long[] done = {0};
    loop.onReady =
        client -> {
          if (options.queued == 0) {
            done[0]++;
            loop.end(client);
          }
        };
    loop.onMessage =
        client -> {
          if (client.got == options.queued) {
            done[0]++;
            loop.end(client);
          }
        };
    Stopwatch watch = new Stopwatch(broker);
    loop.open(0, clients.length);
    until(clients.length, () -> done[0]);
    result.put("resumed_per_cpu", watch.perCpu(done[0]));
    result.put("seconds", round(watch.seconds(), 3)).put("resumed", done[0]);
    result.put("received", loop.packets().received);
    watch.tell(result);
  }

  private void offline() {
    int subscribers = options.subscribers;
    options.qos = Math.max(options.qos, 1);
    subscribe(0, subscribers, i -> "off/" + i + "/q");
    for (int i = 0; i < subscribers; i++) {
      clients[i].cleanSession = false;
    }
    List<Client> from = publishers(subscribers, i -> "off/" + i % subscribers + "/q");
    Publishers publishers = new Publishers(options, loop, from, 0);
    publishers.stopped = true;
    loop.publishWith(publishers);
    loop.openAndWait(0, clients.length, SETUP_SECONDS);
    for (int i = 0; i < subscribers; i++) {
      loop.end(clients[i]);
    }
    loop.spin(.5);

    Packets packets = loop.packets();
    publishers.left = options.messages;
    publishers.stopped = false;
    packets.acknowledged = 0;
    Stopwatch store = new Stopwatch(broker);
    until(options.messages, () -> packets.acknowledged);
    long stored = packets.acknowledged;
    result.put("store_per_cpu", store.perCpu(stored));
    store.tell(result);
    result.put("msgs", options.messages).put("stored", stored);
    result.put("store_s", Math.round(stored / store.seconds()));
    publishers.stopped = true;
    loop.spin(1);

    long before = packets.received;
    Stopwatch drain = new Stopwatch(broker);
    for (int i = 0; i < subscribers; i++) {
      clients[i].filters = List.of();
      loop.start(clients[i]);
    }
    double seconds = until(stored, () -> packets.received - before);
    long drained = packets.received - before;
    result.put("drain_per_cpu", drain.perCpu(drained));
    result.put("drained", drained).put("drain_s", Math.round(drained / seconds));
    result.put("lost", options.messages - drained);
    result.put("rss_mb", round(broker.residentMib(), 1)).put("dup", packets.duplicates);
    result.put("closed", loop.closed);
    forget(subscribers);
  }

  /** Turns the loop until so many are counted or nothing moves; seconds until the last one. */
  private double until(long wanted, java.util.function.LongSupplier count) {
    long start = System.nanoTime();
    long seen = count.getAsLong();
    long moved = start;
    while (count.getAsLong() < wanted) {
      loop.once(50);
      long now = System.nanoTime();
      if (count.getAsLong() != seen) {
        seen = count.getAsLong();
        moved = now;
      }
      if (now - moved > NO_PROGRESS_NANOS || now - start > PHASE_NANOS) {
        return (moved - start) / 1e9;
      }
    }
    return (System.nanoTime() - start) / 1e9;
  }

  // Leaves no session behind.
  private void forget(int subscribers) {
    loop.spin(.3);
    for (int i = 0; i < subscribers; i++) {
      loop.close(clients[i]);
      clients[i].cleanSession = true;
    }
    loop.openAndWait(0, subscribers, 20);
  }

  private void idle() {
    subscribe(0, clients.length, i -> "idle/" + i + "/cmd");
    double before = settledMib();
    Stopwatch connect = new Stopwatch(broker);
    loop.openAndWait(0, clients.length, SETUP_SECONDS);
    double seconds = connect.seconds();
    result.put("conn_per_cpu", connect.perCpu(clients.length));
    loop.spin(.5);
    double raw = broker.residentMib();
    double after = settledMib();
    Stopwatch hold = new Stopwatch(broker);
    loop.spin(options.holdSeconds);
    hold.tell(result);
    result.put("conns", loop.ready).put("connect_s", round(seconds, 2));
    result.put("conn_per_s", Math.round(clients.length / seconds));
    result.put("rss0_mb", round(before, 1)).put("rss_raw_mb", round(raw, 1));
    result.put("rss1_mb", round(after, 1));
    result.put("kb_per_conn", round((after - before) * 1024 / clients.length, 2));
    result.put("idle_cpu", round(hold.brokerCpu() / options.holdSeconds, 3));
    result.put("closed", loop.closed);
  }

  private void collectGarbage() {
    if (options.gcCommand == null) {
      return;
    }
    try {
      new ProcessBuilder("/bin/sh", "-c", options.gcCommand).inheritIO().start().waitFor();
      Thread.sleep(800);
    } catch (IOException e) {
      throw new LoadException("--gc: " + e.getMessage());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void connects() {
    long[] done = {0};
    loop.onReady =
        client -> {
          done[0]++;
          loop.end(client);
          loop.start(client);
        };
    loop.open(0, clients.length);
    loop.spin(options.warmSeconds);
    long before = done[0];
    Stopwatch watch = new Stopwatch(broker);
    loop.spin(options.seconds);
    long made = done[0] - before;
    result.put("hs_per_cpu", watch.perCpu(made));
    watch.tell(result);
    result.put("hs_per_s", Math.round(made / watch.seconds()));
    result.put("rss_mb", round(broker.residentMib(), 1)).put("retry", loop.retries());
  }

  static double round(double value, int digits) {
    double scale = Math.pow(10, digits);
    return Math.round(value * scale) / scale;
  }
}
