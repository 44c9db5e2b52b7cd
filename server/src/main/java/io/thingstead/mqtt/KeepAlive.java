package io.thingstead.mqtt;

import io.thingstead.broker.Lane;
import org.jspecify.annotations.Nullable;

/** Closes a connection of which nothing was heard for too long [MQTT-3.1.2-22]; on its lane. */
final class KeepAlive implements Runnable {
  /** Null when it is over: the wheel has this object until the time is up, and only this. */
  private @Nullable Connection connection;

  private final Lane lane;
  private final long silenceMillis;
  private long heardMillis;

  /**
   * @param seconds what the client promised to be heard in; it has half as much again
   */
  KeepAlive(Connection connection, int seconds) {
    this.connection = connection;
    this.lane = connection.lane();
    this.silenceMillis = seconds * 1500L;
    this.heardMillis = lane.nowMillis();
    watch();
  }

  /** Something has come from the client. */
  void heard() {
    heardMillis = lane.nowMillis();
  }

  /** The connection has ended. */
  void end() {
    connection = null;
  }

  private void watch() {
    lane.wheel().at(heardMillis + silenceMillis, this);
  }

  /** Looks whether the client has been silent for too long. */
  @Override
  public void run() {
    Connection watched = connection;
    if (watched == null || !watched.open()) {
      return;
    }
    if (watched.paused()) {
      // We do not listen, so silence is not the client's fault.
      heard();
    } else if (heardMillis + silenceMillis <= lane.nowMillis()) {
      watched.fail(
          ReasonCode.KEEP_ALIVE_TIMEOUT, "nothing was heard for " + silenceMillis / 1000 + " s");
      return;
    }
    watch();
  }
}
