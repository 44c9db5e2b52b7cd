package io.thingstead.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.thingstead.broker.MessageProperties.UserProperty;
import io.thingstead.model.topic.Topic;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a delivery costs. */
class OutgoingTest {
  private static final int DELIVERIES = 10_000;
  private static final int[] IDS = {1, 300, 70_000};

  /** An MQTT 5 client that takes everything. */
  private record Five(ByteBuf buffer, int alias) implements Target {
    @Override
    public boolean properties() {
      return true;
    }

    @Override
    public int alias(TopicEntry topic) {
      return alias;
    }

    @Override
    public long packetBytesMax() {
      return Long.MAX_VALUE;
    }

    @Override
    public boolean writable() {
      return true;
    }

    @Override
    public ByteBuf out(int bytes) {
      return buffer.clear();
    }

    @Override
    public void append(ByteBuf piece) {
      piece.release();
    }

    @Override
    public void flush() {}

    @Override
    public void release(int packetId) {}

    @Override
    public void close(Closing why) {}
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5, -5})
  void deliveryWithPropertiesIdentifiersAndAliasAllocatesNothing(int alias) {
    MessageProperties properties =
        new MessageProperties(
            true, "text/plain", "reply", new byte[] {1}, List.of(new UserProperty("k", "ü")));
    ByteBuf buffer = Unpooled.directBuffer(4096);
    Five target = new Five(buffer, alias);
    TopicEntry topic = new TopicEntry(new Topic("some/topic"));
    ByteBuf payload = Unpooled.wrappedBuffer(new byte[64]);
    Outgoing message = new Outgoing(PooledByteBufAllocator.DEFAULT, topic, payload);
    message.begin(topic, payload, 0, 64);
    message.properties = properties;
    message.expiresAtMillis = 100_000;
    deliver(message, target);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    deliver(message, target);
    long each = (threads.getCurrentThreadAllocatedBytes() - before) / DELIVERIES;
    message.close();
    buffer.release();
    assertThat(each).isZero();
  }

  private static void deliver(Outgoing message, Target target) {
    int flags = Outgoing.flags(Qos.AT_LEAST_ONCE, false, false);
    for (int i = 0; i < DELIVERIES; i++) {
      message.write(target, flags, 1 + i, IDS, true);
    }
  }
}
