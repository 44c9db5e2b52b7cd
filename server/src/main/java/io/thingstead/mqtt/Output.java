package io.thingstead.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.WriteBufferWaterMark;
import io.thingstead.broker.Closing;
import io.thingstead.broker.Counters;
import io.thingstead.broker.Lane;
import io.thingstead.broker.Target;
import io.thingstead.broker.TopicEntry;
import io.thingstead.event.Reason;
import io.thingstead.model.Profile;
import org.jspecify.annotations.Nullable;

/**
 * What a connection has to send at the end of its loop's turn, gathered in few buffers; the target
 * of its session.
 */
final class Output implements Target {
  // Bytes waiting for a slow client: above the second its messages wait, below the first they go
  // on.
  private static final WriteBufferWaterMark WAITING =
      new WriteBufferWaterMark(128 << 10, 512 << 10);

  /**
   * Answers waiting for a client, in bytes, beyond what makes its messages wait: it asks on and on
   * and does not read.
   */
  private static final long ANSWER_BYTES_MAX = 1 << 20;

  /** Output gathered in one buffer before it is handed to the channel. */
  private static final int BUFFER_BYTES_MAX = 64 << 10;

  private static final int BUFFER_BYTES = 256;

  private final Connection connection;
  private final Channel channel;
  private Encoder encoder = Encoder.of(Version.V3_1_1);
  private long packetBytesMax = Long.MAX_VALUE;
  private boolean explains = true;
  private OutboundAliases aliases = OutboundAliases.NONE;
  private @Nullable Lane lane;
  private @Nullable Counters counters;
  private @Nullable ByteBuf buffer;
  private boolean dirty;

  /** PUBLISH packets since the last flush. */
  private int messages;

  Output(Connection connection, Channel channel) {
    this.connection = connection;
    this.channel = channel;
    channel.config().setWriteBufferWaterMark(WAITING);
  }

  /** Until CONNECT was read whole, only its version may be known. */
  void speaks(Version version) {
    encoder = Encoder.of(version);
  }

  /** What the client takes. */
  void speaks(Connect connect) {
    speaks(connect.version());
    ConnectProperties properties = connect.properties();
    packetBytesMax = properties.maximumPacketSize();
    explains = properties.requestProblemInformation();
    aliases = OutboundAliases.upTo(properties.topicAliasMaximum());
  }

  /** From here on the lane flushes it. */
  void lives(Lane on, Counters of) {
    lane = on;
    counters = of;
  }

  Encoder encoder() {
    return encoder;
  }

  /**
   * Sends any packet but PUBLISH: without its explanation if the client asked for none
   * [MQTT-3.1.2-29], or if it takes no packet of that size [MQTT-3.14.2-3]. A client that does not
   * even take the bare packet is left without [MQTT-3.1.2-24].
   *
   * @return whether it was sent
   */
  boolean send(Packet packet) {
    ByteBuf out = out(64);
    return explains && append(packet, out) || append(packet.unexplained(), out);
  }

  private boolean append(Packet packet, ByteBuf out) {
    int start = out.writerIndex();
    encoder.encode(packet, out);
    if (out.writerIndex() - start <= packetBytesMax) {
      return true;
    }
    out.writerIndex(start);
    return false;
  }

  /** Sends CONNACK of MQTT 3 with a return code that is not the standard's. */
  void connAck(int returnCode) {
    encoder.connAck(out(4), returnCode);
  }

  @Override
  public boolean properties() {
    return encoder.version().is5();
  }

  @Override
  public int alias(TopicEntry topic) {
    return aliases.of(topic);
  }

  @Override
  public void aliased(TopicEntry topic, int alias) {
    aliases.set(topic, alias);
  }

  @Override
  public void wrote() {
    messages++;
  }

  @Override
  public boolean wholeSecondsLeft() {
    return connection.profile() == Profile.AWS;
  }

  @Override
  public long packetBytesMax() {
    return packetBytesMax;
  }

  @Override
  public boolean writable() {
    return channel.isWritable();
  }

  /** Whether so much waits for the client that it cannot be left to go on. */
  boolean stuffed() {
    return !channel.isWritable() && channel.bytesBeforeWritable() > ANSWER_BYTES_MAX;
  }

  @Override
  public ByteBuf out(int bytes) {
    if (!dirty) {
      dirty = true;
      if (lane != null) {
        lane.dirty(this);
      }
    }
    return room(bytes);
  }

  private ByteBuf room(int bytes) {
    ByteBuf now = buffer;
    if (now == null) {
      now = channel.alloc().directBuffer(Math.max(bytes, BUFFER_BYTES));
      buffer = now;
    } else if (now.writableBytes() < bytes) {
      if (now.readableBytes() + bytes > BUFFER_BYTES_MAX) {
        write(now);
        now = channel.alloc().directBuffer(Math.max(bytes, BUFFER_BYTES_MAX));
        buffer = now;
      } else {
        now.ensureWritable(bytes);
      }
    }
    return now;
  }

  @Override
  public void append(ByteBuf piece) {
    hand();
    write(piece);
  }

  private void write(ByteBuf piece) {
    if (counters != null) {
      counters.bytesOut.add(piece.readableBytes());
    }
    var _ = channel.write(piece, channel.voidPromise());
  }

  @Override
  public void flush() {
    dirty = false;
    hand();
    if (messages > 0 && counters != null) {
      counters.delivered.add(messages);
      messages = 0;
    }
    channel.flush();
  }

  private void hand() {
    ByteBuf now = buffer;
    if (now != null) {
      buffer = null;
      write(now);
    }
  }

  @Override
  public void release(int packetId) {
    encoder.pubRel(out(4), packetId);
  }

  @Override
  public void withheld(String topic, Reason why) {
    connection.refused("receive", connection.session().clientId(), topic, why);
  }

  @Override
  public void close(Closing why) {
    connection.close(why);
  }
}
