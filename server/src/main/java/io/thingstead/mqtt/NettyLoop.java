package io.thingstead.mqtt;

import io.netty.channel.EventLoop;
import io.thingstead.broker.Loop;

/**
 * An event loop as a loop of the broker.
 *
 * @param eventLoop where the connections of the lane's clients are
 */
public record NettyLoop(EventLoop eventLoop) implements Loop {
  @Override
  public boolean current() {
    return eventLoop.inEventLoop();
  }

  @Override
  public void execute(Runnable task) {
    eventLoop.execute(task);
  }
}
