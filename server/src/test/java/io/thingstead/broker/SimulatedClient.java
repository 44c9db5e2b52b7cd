package io.thingstead.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.thingstead.model.topic.Topic;
import io.thingstead.model.topic.TopicFilter;
import io.thingstead.mqtt.Packet;
import io.thingstead.mqtt.PubRel;
import io.thingstead.mqtt.Publish;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A client with a session that is kept on both sides, over a network that loses everything under
 * way when a connection ends. It never forgets what MQTT has it remember.
 */
final class SimulatedClient {
  private static final int WINDOW = 4;

  /** Makes a message worth being stored once for several. */
  private static final String PADDING = "/" + "p".repeat(80);

  /** A publish that is not finished. */
  private static final class Sent {
    final String text;
    final String topic;
    final Qos qos;
    final boolean expires;
    boolean received;

    Sent(String text, String topic, Qos qos, boolean expires) {
      this.text = text;
      this.topic = topic;
      this.qos = qos;
      this.expires = expires;
    }
  }

  final String id;
  final List<String> got = new ArrayList<>();
  final Set<String> finished = new HashSet<>();
  private final SimulatedBroker server;
  private final Set<Integer> unreleased = new HashSet<>();
  private final Map<Integer, Sent> sent = new LinkedHashMap<>();
  private final Queue<Runnable> toServer = new ArrayDeque<>();
  private final Queue<Runnable> toClient = new ArrayDeque<>();
  private @Nullable SimulatedLine line;
  private @Nullable Session session;
  private boolean subscribed;
  private boolean ready;
  private int lastId;

  private final String filter;
  private final Qos qos;
  private final boolean clean;

  /** What the server has refused, whether this client heard it or not. */
  final Set<String> refused = new HashSet<>();

  /** Texts of the wills of connections that are over. */
  final Set<String> wills = new HashSet<>();

  private @Nullable String will;
  private int connections;

  SimulatedClient(String id, SimulatedBroker server) {
    this(id, server, "t/#", Qos.EXACTLY_ONCE, false);
  }

  /**
   * @param clean whether its sessions end with its connections, so that it only subscribes
   */
  SimulatedClient(String id, SimulatedBroker server, String filter, Qos qos, boolean clean) {
    this.id = id;
    this.server = server;
    this.filter = filter;
    this.qos = qos;
    this.clean = clean;
  }

  Lane lane() {
    return server.broker.clients().lane(id);
  }

  void send(SimulatedLine from, Runnable read) {
    if (line == from) {
      toClient.add(read);
    }
  }

  /** Whether so much is on its way to the client that the server must wait. */
  boolean congested() {
    return toClient.size() >= 6;
  }

  /** The server ends a connection. */
  void closed(SimulatedLine from) {
    if (line == from) {
      lose();
    }
  }

  boolean connected() {
    return line != null;
  }

  boolean idle() {
    return ready && toServer.isEmpty() && toClient.isEmpty();
  }

  boolean allFinished() {
    return sent.isEmpty();
  }

  /** Connects, whatever the server thinks of the last connection. */
  void connect() {
    lose();
    SimulatedLine mine = new SimulatedLine(this);
    line = mine;
    String last = id + "/w/1/" + connections++;
    PendingWill leaves =
        new PendingWill(
            new Topic("t/w"),
            last.getBytes(StandardCharsets.UTF_8),
            Qos.AT_LEAST_ONCE,
            false,
            0,
            -1,
            MessageProperties.NONE,
            null);
    Connecting client =
        new Connecting(
            id,
            clean,
            false,
            clean ? 0 : 3600,
            WINDOW,
            server.broker.limits(),
            new Permissive(),
            clean ? null : leaves);
    lane()
        .loop()
        .execute(
            () ->
                server
                    .broker
                    .clients()
                    .connect(
                        client,
                        mine,
                        new Clients.Connected() {
                          @Override
                          public void connected(Session joined, boolean present) {
                            if (will != null) {
                              wills.add(will);
                            }
                            will = clean ? null : last;
                            if (line == mine) {
                              session = joined;
                              send(mine, () -> welcome(joined, present));
                            } else {
                              server.broker.clients().disconnected(joined, mine, true);
                            }
                          }

                          @Override
                          public void refused(Closing why) {
                            if (line == mine) {
                              lose();
                            }
                          }
                        }));
  }

  /** The connection is gone for the client; the server hears of it some time, or never. */
  void lose() {
    line = null;
    if (clean) {
      subscribed = false;
      unreleased.clear();
    }
    session = null;
    ready = false;
    toServer.clear();
    toClient.clear();
  }

  /** The server sees that the connection is gone. */
  void disconnect() {
    Session mine = session;
    SimulatedLine was = line;
    lose();
    if (mine != null && was != null) {
      lane().loop().execute(() -> server.broker.clients().disconnected(mine, was, true));
    }
  }

  /** Moves one packet in one direction. */
  void network(boolean up) {
    Queue<Runnable> queue = up ? toServer : toClient;
    Runnable next = queue.poll();
    if (next == null) {
      return;
    }
    if (up) {
      lane().loop().execute(next);
    } else {
      next.run();
      Session mine = session;
      if (mine != null && toClient.size() < 6) {
        SimulatedLine to = line;
        lane()
            .loop()
            .execute(
                () -> {
                  if (line == to) {
                    mine.writable();
                  }
                });
      }
    }
  }

  private void welcome(Session joined, boolean present) {
    if (subscribed && !present) {
      throw new AssertionError(id + " lost its session");
    }
    ready = true;
    if (!subscribed) {
      up(
          joined,
          () -> {
            String share =
                filter.startsWith("$share/") ? filter.substring(7, filter.indexOf('/', 7)) : null;
            Subscribing all =
                new Subscribing(
                    filter,
                    new TopicFilter(share == null ? filter : filter.substring(8 + share.length())),
                    share,
                    qos,
                    false,
                    false,
                    Subscribing.Retained.DO_NOT_SEND,
                    0);
            SimulatedLine to = line;
            server
                .broker
                .clients()
                .subscriptions()
                .subscribe(
                    joined,
                    all,
                    outcome -> {
                      if (outcome == Outcome.ACCEPTED && to != null) {
                        send(to, () -> subscribed = true);
                      } else if (line == to) {
                        lose();
                      }
                    });
          });
    }
    for (var one : sent.entrySet()) {
      if (one.getValue().received) {
        release(one.getKey());
      } else {
        publish(one.getKey(), one.getValue());
      }
    }
  }

  boolean subscribed() {
    return subscribed;
  }

  private void up(Session to, Runnable packet) {
    toServer.add(
        () -> {
          if (session == to) {
            packet.run();
          }
        });
  }

  void publish(String topic, Qos qos, int number) {
    publish(topic, qos, number, false);
  }

  void publish(String topic, Qos qos, int number, boolean expires) {
    if (!ready || sent.size() >= 20) {
      return;
    }
    do {
      lastId = lastId % 60 + 1;
    } while (sent.containsKey(lastId));
    String text =
        id
            + "/"
            + topic.replace('/', '-')
            + (expires ? "-x/" : "/")
            + qos.ordinal()
            + "/"
            + number
            + PADDING;
    Sent one = new Sent(text, topic, qos, expires);
    sent.put(lastId, one);
    publish(lastId, one);
  }

  private void publish(int packetId, Sent one) {
    Session to = session;
    SimulatedLine on = line;
    if (to == null || on == null) {
      return;
    }
    up(
        to,
        () -> {
          TopicEntry topic = server.broker.topic(new Topic(one.topic));
          ByteBuf payload = Unpooled.copiedBuffer(one.text, StandardCharsets.UTF_8);
          int length = payload.readableBytes();
          long expiresAt =
              one.expires ? server.simulation.clock().millis() + 2_000 : Long.MAX_VALUE;
          if (one.qos == Qos.AT_LEAST_ONCE) {
            Receipt receipt =
                server.broker.publish(
                    to,
                    topic,
                    payload,
                    0,
                    length,
                    one.qos,
                    false,
                    expiresAt,
                    MessageProperties.NONE,
                    Origin.SERVER);
            if (receipt == null) {
              send(on, () -> finish(packetId));
            } else {
              receipt.seal(
                  outcome -> {
                    if (outcome == Outcome.ACCEPTED) {
                      send(on, () -> finish(packetId));
                    } else {
                      refused.add(one.text);
                      send(on, () -> refused(packetId));
                    }
                  });
            }
          } else if (to.inbound().knows(packetId)) {
            to.inbound()
                .again(
                    packetId,
                    outcome -> {
                      if (outcome == Outcome.ACCEPTED) {
                        send(on, () -> received(packetId));
                      }
                    });
          } else {
            server.broker.publishOnce(
                to,
                packetId,
                topic,
                payload,
                0,
                length,
                false,
                expiresAt,
                MessageProperties.NONE,
                Origin.SERVER,
                outcome -> {
                  if (outcome == Outcome.ACCEPTED) {
                    send(on, () -> received(packetId));
                  } else {
                    refused.add(one.text);
                    send(on, () -> refused(packetId));
                  }
                });
          }
        });
  }

  private void received(int packetId) {
    Sent one = sent.get(packetId);
    if (one != null) {
      one.received = true;
      release(packetId);
    }
  }

  private void release(int packetId) {
    Session to = session;
    SimulatedLine on = line;
    if (to != null && on != null) {
      up(
          to,
          () ->
              to.inbound()
                  .release(
                      packetId,
                      how -> {
                        if (how != Inbound.Released.UNAVAILABLE) {
                          send(on, () -> finish(packetId));
                        }
                      }));
    }
  }

  private void finish(int packetId) {
    Sent one = sent.remove(packetId);
    if (one != null && !one.expires) {
      finished.add(one.text);
    }
  }

  /** The server says that it does not have it. */
  private void refused(int packetId) {
    sent.remove(packetId);
  }

  // What the client reads.

  Runnable read(Packet packet) {
    if (packet instanceof Publish publish) {
      String text = publish.payload().toString(StandardCharsets.UTF_8);
      int packetId = publish.packetId();
      return publish.qos() == Qos.AT_LEAST_ONCE
          ? () -> takeOnceOrMore(text, packetId)
          : () -> takeOnce(text, packetId);
    }
    if (packet instanceof PubRel release) {
      return () -> releasedBy(release.packetId());
    }
    throw new AssertionError("unexpected " + packet);
  }

  private void takeOnceOrMore(String text, int packetId) {
    got.add(text);
    Session to = session;
    if (to != null) {
      up(to, () -> to.acknowledged(packetId));
    }
  }

  private void takeOnce(String text, int packetId) {
    if (unreleased.add(packetId)) {
      got.add(text);
    }
    Session to = session;
    if (to != null) {
      up(to, () -> to.received(packetId, false));
    }
  }

  void releasedBy(int packetId) {
    unreleased.remove(packetId);
    Session to = session;
    if (to != null) {
      up(to, () -> to.completed(packetId));
    }
  }
}
