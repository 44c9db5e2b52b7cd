package io.thingstead.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.thingstead.mqtt.Decoder;
import io.thingstead.mqtt.Packet;
import io.thingstead.mqtt.Version;

/** The server's end of a connection of a {@link SimulatedClient}. */
final class SimulatedLine implements Target {
  private final SimulatedClient client;
  private final ByteBuf out = Unpooled.buffer();
  private final Decoder decoder = new Decoder(1 << 20, Version.V3_1_1);
  private boolean dirty;

  SimulatedLine(SimulatedClient client) {
    this.client = client;
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
    return !client.congested();
  }

  @Override
  public ByteBuf out(int bytes) {
    if (!dirty) {
      dirty = true;
      client.lane().dirty(this);
    }
    return out;
  }

  @Override
  public void append(ByteBuf piece) {
    out(0).writeBytes(piece);
    piece.release();
  }

  @Override
  public void flush() {
    dirty = false;
    Packet packet = decoder.decode(out);
    while (packet != null) {
      Runnable read = client.read(packet);
      client.send(this, read);
      packet = decoder.decode(out);
    }
    out.clear();
  }

  @Override
  public void release(int packetId) {
    client.send(this, () -> client.releasedBy(packetId));
  }

  @Override
  public void close(Closing why) {
    client.closed(this);
  }
}
