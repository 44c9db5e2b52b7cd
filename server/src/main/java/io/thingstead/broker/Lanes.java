package io.thingstead.broker;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.thingstead.engine.Commits;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** The lanes of a server, one for each loop; shared by the brokers of all accounts. */
public final class Lanes {
  private final Lane[] lanes;
  private final InstantSource clock;
  private long incarnation;

  /**
   * @param loops at least one
   * @param commits where what must survive goes
   */
  public Lanes(
      List<? extends Loop> loops, Commits commits, ByteBufAllocator buffers, InstantSource clock) {
    this.clock = clock;
    lanes = new Lane[loops.size()];
    for (int i = 0; i < lanes.length; i++) {
      lanes[i] = new Lane(i, loops.get(i), buffers, clock, new Journal(commits.lane()));
    }
    for (Lane lane : lanes) {
      lane.join(lanes);
    }
  }

  /** The same with the pool of buffers that the network uses. */
  public Lanes(List<? extends Loop> loops, Commits commits, InstantSource clock) {
    this(loops, commits, PooledByteBufAllocator.DEFAULT, clock);
  }

  /** The lane of a client's session, or of what the server publishes on a topic. */
  public Lane of(String key) {
    return of(Tables.partition(key));
  }

  Lane of(int partition) {
    return lanes[partition % lanes.length];
  }

  Lane at(int number) {
    return lanes[number];
  }

  /** A number greater than any given before, also by former runs. */
  synchronized long incarnation() {
    incarnation = Math.max(incarnation + 1, clock.millis());
    return incarnation;
  }

  /** A former run gave this number. */
  synchronized void gave(long number) {
    incarnation = Math.max(incarnation, number);
  }

  long nowMillis() {
    return clock.millis();
  }

  public int count() {
    return lanes.length;
  }

  /** Moves the timers of all lanes; to be called once a second, from any thread. */
  public void tick() {
    long askedMillis = lanes[0].nowMillis();
    for (Lane lane : lanes) {
      lane.loop()
          .execute(
              () -> {
                lane.stalled().add(Math.max(0, lane.nowMillis() - askedMillis));
                lane.tick();
              });
    }
  }

  /** Milliseconds by which the ticks of a lane came late: how long others wait for its turns. */
  public LongAdder stalled(int lane) {
    return lanes[lane].stalled();
  }

  /** Gives buffers back; when the loops have stopped. */
  public void close() {
    for (Lane lane : lanes) {
      lane.close();
    }
  }
}
