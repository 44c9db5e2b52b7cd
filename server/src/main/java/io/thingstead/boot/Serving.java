package io.thingstead.boot;

import io.thingstead.config.DataDirectory;
import io.thingstead.config.ServerAddresses;
import io.thingstead.config.Settings;
import io.thingstead.engine.Emptying;
import io.thingstead.engine.ShardId;
import io.thingstead.engine.rocks.RocksSettings;
import io.thingstead.engine.rocks.RocksStore;

/**
 * A node for as long as the process lives: when an administrator empties the server, another takes
 * its place. CA, access keys and accounts stay, so that clients need nothing new.
 */
final class Serving implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Serving.class.getName());

  private final Settings settings;
  private Node node;
  private boolean closed;

  Serving(Settings settings) {
    this.settings = settings;
    this.node = start();
  }

  private Node start() {
    // The request that asks for it is answered first: closing waits for it.
    return Node.start(settings, () -> Thread.ofPlatform().name("reset").start(this::resetOrEnd));
  }

  synchronized ServerAddresses addresses() {
    return node.addresses();
  }

  private void resetOrEnd() {
    try {
      reset();
    } catch (RuntimeException e) {
      Node.halt(e);
    }
  }

  private synchronized void reset() {
    if (closed) {
      return;
    }
    LOG.log(System.Logger.Level.WARNING, "emptying the server, as an administrator asked");
    node.close();
    try (RocksStore store =
        RocksStore.open(new DataDirectory(settings.data()).tables(), RocksSettings.DEFAULTS)) {
      Emptying.allBut(store, ShardId.SERVER);
    }
    node = start();
    LOG.log(System.Logger.Level.WARNING, "the server is empty and serves again");
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      node.close();
    }
  }
}
