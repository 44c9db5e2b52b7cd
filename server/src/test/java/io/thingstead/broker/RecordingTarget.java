package io.thingstead.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.thingstead.mqtt.Decoder;
import io.thingstead.mqtt.Packet;
import io.thingstead.mqtt.Publish;
import io.thingstead.mqtt.Version;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A client's end of a connection that keeps what it gets and acknowledges when told. */
public final class RecordingTarget implements Target {
  public final List<String> topics = new ArrayList<>();
  final List<String> texts = new ArrayList<>();

  /** Packet ids in flight. */
  final Map<Integer, Qos> unanswered = new LinkedHashMap<>();

  /** Packet ids that were released, in order. */
  final List<Integer> released = new ArrayList<>();

  /** Whether it says at once that a release is complete. */
  boolean completes = true;

  public boolean writable = true;
  public @Nullable Closing closed;
  public @Nullable Session session;
  private final Lane lane;
  private final ByteBuf out = Unpooled.buffer();
  private final Decoder decoder = new Decoder(1 << 20, Version.V3_1_1);

  public RecordingTarget(Lane lane) {
    this.lane = lane;
  }

  /** Acknowledges all it has, and what comes then. */
  void acknowledge(SimulatedBroker server) {
    Session mine = Objects.requireNonNull(session);
    while (!unanswered.isEmpty()) {
      Map<Integer, Qos> now = Map.copyOf(unanswered);
      unanswered.clear();
      lane.loop()
          .execute(
              () ->
                  now.forEach(
                      (id, qos) -> {
                        if (qos == Qos.AT_LEAST_ONCE) {
                          mine.acknowledged(id);
                        } else {
                          mine.received(id, false);
                        }
                      }));
      server.simulation.runUntilIdle();
    }
  }

  @Override
  public boolean properties() {
    return false;
  }

  @Override
  public long packetBytesMax() {
    return Long.MAX_VALUE;
  }

  @Override
  public boolean writable() {
    return writable;
  }

  @Override
  public ByteBuf out(int bytes) {
    lane.dirty(this);
    return out;
  }

  @Override
  public void append(ByteBuf piece) {
    out(0).writeBytes(piece);
    piece.release();
  }

  @Override
  public void flush() {
    for (Packet packet = decoder.decode(out); packet != null; packet = decoder.decode(out)) {
      if (packet instanceof Publish publish) {
        topics.add(publish.topic());
        texts.add(publish.payload().toString(StandardCharsets.UTF_8));
        if (publish.qos() != Qos.AT_MOST_ONCE) {
          unanswered.put(publish.packetId(), publish.qos());
        }
      }
    }
    out.clear();
  }

  @Override
  public void release(int packetId) {
    released.add(packetId);
    if (completes) {
      Objects.requireNonNull(session).completed(packetId);
    }
  }

  @Override
  public void close(Closing why) {
    closed = why;
  }
}
