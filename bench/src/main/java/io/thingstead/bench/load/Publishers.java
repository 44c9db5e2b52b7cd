package io.thingstead.bench.load;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** Lets clients publish: as fast as their windows allow, or at a fixed rate. */
final class Publishers implements Runnable {
  /** A publisher that waits so long for its deliveries counts them as lost. */
  private static final long LOST_AFTER_NANOS = 1_500_000_000L;

  private static final int QUEUED_MAX = 32_768;

  private final Options options;
  private final Loop loop;
  private final List<Client> clients;
  private final byte[][] topics;
  private final int fanout;
  private final byte[] filler;
  private final Random random = new Random(1);
  private long rateStart = System.nanoTime();
  private long rateSent;
  private int next;

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
    filler = new byte[Math.max(options.size - Long.BYTES - Integer.BYTES, 0)];
    topics = new byte[clients.size()][];
    for (int i = 0; i < topics.length; i++) {
      topics[i] = clients.get(i).topic.getBytes(StandardCharsets.US_ASCII);
    }
  }

  /** The fixed rate counts from now. */
  void begin() {
    rateStart = System.nanoTime();
    rateSent = 0;
  }

  @Override
  public void run() {
    if (stopped || clients.isEmpty()) {
      return;
    }
    long now = System.nanoTime();
    if (options.rate > 0) {
      atRate(now);
      return;
    }
    for (int i = 0; i < clients.size(); i++) {
      Client client = clients.get(i);
      if (client.state == Client.State.READY) {
        fill(client, i, now);
      }
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
      if (options.qos == 0 && fanout == 0 && client.queued() > QUEUED_MAX) {
        return;
      }
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
    byte[] topic = options.scenario == Scenario.WILD ? randomTopic() : topics[i];
    client.publish(topic, options.qos, filler, now);
    loop.mark(client);
    client.outstanding += fanout;
    published++;
    if (left > 0) {
      left--;
    }
  }

  private byte[] randomTopic() {
    int names = options.messages / 5;
    String topic = "w/" + random.nextInt(names) + "/" + random.nextInt(names) + "/t";
    return topic.getBytes(StandardCharsets.US_ASCII);
  }
}
