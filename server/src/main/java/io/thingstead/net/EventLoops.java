package io.thingstead.net;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;

/** The threads that own connections: epoll where the kernel has it, NIO elsewhere. */
public final class EventLoops implements AutoCloseable {
  private static final int CLOSE_SECONDS = 10;

  private final EventLoopGroup group;
  private final Class<? extends ServerSocketChannel> serverChannel;

  private EventLoops(EventLoopGroup group, Class<? extends ServerSocketChannel> serverChannel) {
    this.group = group;
    this.serverChannel = serverChannel;
  }

  /** The best of this machine. */
  public static EventLoops start(int threads) {
    return Epoll.isAvailable() ? epoll(threads) : nio(threads);
  }

  static EventLoops epoll(int threads) {
    return new EventLoops(
        new MultiThreadIoEventLoopGroup(threads, names(), EpollIoHandler.newFactory()),
        EpollServerSocketChannel.class);
  }

  static EventLoops nio(int threads) {
    return new EventLoops(
        new MultiThreadIoEventLoopGroup(threads, names(), NioIoHandler.newFactory()),
        NioServerSocketChannel.class);
  }

  private static DefaultThreadFactory names() {
    return new DefaultThreadFactory("loop");
  }

  EventLoopGroup group() {
    return group;
  }

  /** Each of them, for work that belongs to one. */
  public List<EventLoop> all() {
    return StreamSupport.stream(group.spliterator(), false).map(EventLoop.class::cast).toList();
  }

  Class<? extends ServerSocketChannel> serverChannel() {
    return serverChannel;
  }

  /** Ends the threads; every channel must be closed before. */
  @Override
  public void close() {
    group
        .shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
        .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}
