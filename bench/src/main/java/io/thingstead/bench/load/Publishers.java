package io.thingstead.bench.load;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Lets clients publish: as fast as their windows allow, or at a fixed rate. */
final class Publishers {
  /** A publisher that waits so long for its deliveries counts them as lost. */
  private static final long LOST_AFTER_NANOS = 1_500_000_000L;

  /** How often publishers are looked at whose windows have not moved. */
  private static final long LOOK_EVERY_NANOS = 100_000_000L;

  private final Options options;
  private final Loop loop;
  private final List<Client> clients;
  private final byte[][] topics;
  private final int fanout;
  private final Random random = new Random(1);
  private long rateStart = System.nanoTime();
  private long rateSent;
  private int next;
  private final List<Client> moved = new ArrayList<>();
  private long looked;

  /** Messages still to be published; negative: no end. */
  long left = -1;

  boolean stopped;
  long published;
  long lost;

  /**
   * @param fanout deliveries of one message, or 0 when none is awaited
   */
  Publishers(Options options, Loop loop, List<Client> clients, int fanout) {
    this.options = options;
    this.loop = loop;
    this.clients = clients;
    this.fanout = fanout;
    topics = new byte[clients.size()][];
    for (int i = 0; i < topics.length; i++) {
      clients.get(i).place = i;
      clients.get(i).moved = false;
      topics[i] = clients.get(i).topic.getBytes(StandardCharsets.US_ASCII);
    }
  }

  /** The fixed rate counts from now. */
  void begin() {
    rateStart = System.nanoTime();
    rateSent = 0;
  }

  /** Publishes what is due or what the windows allow. */
  void run() {
    if (stopped || clients.isEmpty()) {
      return;
    }
    long now = System.nanoTime();
    if (options.rate > 0) {
      atRate(now);
      return;
    }
    if (now - looked > LOOK_EVERY_NANOS) {
      looked = now;
      clients.forEach(this::moved);
    }
    for (int i = 0; i < moved.size(); i++) {
      Client client = moved.get(i);
      client.moved = false;
      if (client.state == Client.State.READY) {
        fill(client, client.place, now);
      }
    }
    moved.clear();
  }

  /** An acknowledgement or a delivery may have made room in this publisher's window. */
  void moved(Client client) {
    if (!client.moved) {
      client.moved = true;
      moved.add(client);
    }
  }

  private void atRate(long now) {
    long due = (long) ((now - rateStart) / 1e9 * options.rate);
    rateSent = Math.max(rateSent, due - (long) options.rate);
    for (; rateSent < due; rateSent++) {
      int i = next++ % clients.size();
      if (clients.get(i).state == Client.State.READY) {
        publish(clients.get(i), i, now);
      }
    }
  }

  private void fill(Client client, int i, long now) {
    long window = (long) options.window * Math.max(fanout, 1);
    while (left != 0) {
      boolean delivering = fanout > 0 && client.outstanding + fanout > window;
      if (delivering || (options.qos > 0 && client.inFlight >= options.window)) {
        full(client, now);
        return;
      }
      publish(client, i, now);
    }
  }

  private void full(Client client, long now) {
    if (client.fullSince == 0) {
      client.fullSince = now;
    } else if (fanout > 0 && now - client.fullSince > LOST_AFTER_NANOS) {
      lost += client.outstanding;
      client.outstanding = 0;
      client.inFlight = 0;
      client.fullSince = 0;
    }
  }

  private void publish(Client client, int i, long now) {
    byte[] topic =
        switch (options.scenario) {
          case WILD -> randomTopic();
          case EXACT -> text("e/" + random.nextInt(options.messages));
          case SESSIONS -> text("se/" + published % options.messages);
          default -> topics[i];
        };
    client.publish(topic, options.qos, loop.payload(), now);
    loop.mark(client);
    client.outstanding += fanout;
    published++;
    if (left > 0) {
      left--;
    }
  }

  private byte[] randomTopic() {
    int names = options.messages / 5;
    return text("w/" + random.nextInt(names) + "/" + random.nextInt(names) + "/t");
  }

  private static byte[] text(String topic) {
    return topic.getBytes(StandardCharsets.US_ASCII);
  }
}
