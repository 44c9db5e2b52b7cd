package io.thingstead.mqtt;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.thingstead.model.Profile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A connection moves to the loop of its session while its client sends on and on: from then on no
 * other loop may read from it, or two threads would take its bytes apart.
 */
class MovingChannelTest {
  private static final int PINGS = 20;

  @TempDir private Path directory;

  @Test
  void noLoopReadsFromAChannelThatAnotherOneHas() throws Exception {
    AllowAll all = new AllowAll();
    try (TestNode node = new TestNode(directory, 0, 2, Profile.MQTT, _ -> all)) {
      EventLoop first = node.loops().getFirst();
      String clientId = "c";
      while (loopOf(node, clientId).equals(first)) {
        clientId += "c";
      }
      Connect connect = RawClient.connect(Version.V5, clientId, true, null);
      Busy channel = new Busy(first, PacketMutator.encoded(connect, Version.V5));
      first.register(channel).sync();
      first
          .submit(
              () -> {
                channel.pipeline().addLast(new Records(), node.connection());
                channel.config().setAutoRead(true);
              })
          .sync();
      ByteBuf answers = Unpooled.buffer();
      int wanted = 0;
      while (channel.strays.get() == 0 && (wanted == 0 || answers.readableBytes() < wanted)) {
        answers.writeBytes(requireNonNull(channel.written.poll(10, TimeUnit.SECONDS)));
        wanted = 2 + answers.getByte(1) + 2 * PINGS;
      }
      assertThat(channel.strays).as("reads by a loop that has lost the channel").hasValue(0);
      assertThat(channel.eventLoop()).isEqualTo(loopOf(node, clientId));
      assertThat(answers.getByte(0)).isEqualTo((byte) 0x20);
      assertThat(answers.getShort(wanted - 2)).isEqualTo((short) 0xD000);
      channel.close().sync();
    }
  }

  private static EventLoop loopOf(TestNode node, String clientId) {
    return ((NettyLoop) node.broker().clients().lane(clientId).loop()).eventLoop();
  }

  /**
   * As TLS does: gives nothing on until the record is whole, which has all that follows CONNECT.
   */
  private static final class Records extends ChannelInboundHandlerAdapter {
    private final ByteBuf record = Unpooled.buffer();
    private boolean begun;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      if (!begun) {
        begun = true;
        ctx.fireChannelRead(bytes);
        return;
      }
      record.writeBytes(bytes);
      bytes.release();
      if (record.getByte(record.writerIndex() - 1) == 1) {
        ctx.fireChannelRead(Unpooled.copiedBuffer(new byte[2 * PINGS]).clear().writeBytes(pings()));
      }
    }

    private static byte[] pings() {
      byte[] pings = new byte[2 * PINGS];
      for (int i = 0; i < pings.length; i += 2) {
        pings[i] = (byte) 0xC0;
      }
      return pings;
    }
  }

  /**
   * A channel that always has more to read, a byte at a time, and queues each read on its loop, as
   * Netty's channels on epoll do. The record ends with a 1, some reads after the channel has moved.
   */
  private static final class Busy extends AbstractChannel {
    private static final InetSocketAddress HERE =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final int AFTER_MOVE = 10;

    final AtomicInteger strays = new AtomicInteger();
    final BlockingQueue<ByteBuf> written = new LinkedBlockingQueue<>();
    private final ChannelConfig config = new DefaultChannelConfig(this);
    private final EventLoop first;
    private final byte[] connect;
    private boolean connected;
    private int afterMove;
    private boolean open = true;
    private boolean queued;

    Busy(EventLoop first, byte[] connect) {
      super(null);
      this.first = first;
      this.connect = connect;
      config.setAutoRead(false);
    }

    @Override
    protected void doBeginRead() {
      if (!queued && afterMove < AFTER_MOVE) {
        queued = true;
        EventLoop loop = eventLoop();
        loop.execute(() -> read(loop));
      }
    }

    private void read(EventLoop loop) {
      if (loop.equals(first)) {
        // Whatever the other loop has been given by now is done.
        CompletableFuture<?> done = new CompletableFuture<>();
        for (var other : requireNonNull(first.parent())) {
          if (!other.equals(first)) {
            other.execute(() -> done.complete(null));
          }
        }
        done.join();
      }
      queued = false;
      if (!eventLoop().equals(loop)) {
        strays.incrementAndGet();
        written.add(Unpooled.wrappedBuffer(new byte[2]));
        return;
      }
      pipeline().fireChannelRead(next());
      pipeline().fireChannelReadComplete();
    }

    private ByteBuf next() {
      if (!connected) {
        connected = true;
        return Unpooled.wrappedBuffer(connect);
      }
      boolean last = !eventLoop().equals(first) && ++afterMove == AFTER_MOVE;
      return Unpooled.buffer(1).writeByte(last ? 1 : 0);
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer out) {
      for (Object message = out.current(); message != null; message = out.current()) {
        written.add(Unpooled.copiedBuffer((ByteBuf) message));
        out.remove();
      }
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
      return new AbstractUnsafe() {
        @Override
        public void connect(
            SocketAddress remoteAddress, SocketAddress localAddress, ChannelPromise promise) {
          promise.setFailure(new UnsupportedOperationException());
        }
      };
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
      return true;
    }

    @Override
    protected SocketAddress localAddress0() {
      return HERE;
    }

    @Override
    protected SocketAddress remoteAddress0() {
      return HERE;
    }

    @Override
    protected void doBind(SocketAddress address) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected void doDisconnect() {
      open = false;
    }

    @Override
    protected void doClose() {
      open = false;
    }

    @Override
    public ChannelConfig config() {
      return config;
    }

    @Override
    public boolean isOpen() {
      return open;
    }

    @Override
    public boolean isActive() {
      return open;
    }

    @Override
    public ChannelMetadata metadata() {
      return new ChannelMetadata(false);
    }
  }
}
