package io.thingstead.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.thingstead.mqtt.Decoder;
import io.thingstead.mqtt.Packet;
import io.thingstead.mqtt.Publish;
import io.thingstead.mqtt.Version;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client's end of a connection that keeps the topics of what it gets and acknowledges nothing.
 */
final class RecordingTarget implements Target {
  final List<String> topics = new ArrayList<>();
  boolean writable = true;
  @Nullable Closing closed;
  @Nullable Session session;
  private final Lane lane;
  private final ByteBuf out = Unpooled.buffer();
  private final Decoder decoder = new Decoder(1 << 20, Version.V3_1_1);

  RecordingTarget(Lane lane) {
    this.lane = lane;
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
      }
    }
    out.clear();
  }

  @Override
  public void release(int packetId) {}

  @Override
  public void close(Closing why) {
    closed = why;
  }
}
