package io.thingstead.boot;

import io.thingstead.config.DataDirectory;
import io.thingstead.config.ServerAddresses;
import io.thingstead.config.Settings;
import io.thingstead.engine.Emptying;
import io.thingstead.engine.ShardId;
import io.thingstead.engine.rocks.RocksSettings;
import io.thingstead.engine.rocks.RocksStore;
import io.thingstead.identity.MasterKey;
import io.thingstead.identity.MasterKeyFile;
import io.thingstead.identity.Unlocking;
import java.security.SecureRandom;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A node for as long as the process lives: when an administrator empties the server, another takes
 * its place. CA, access keys and accounts stay, so that clients need nothing new.
 */
final class Serving implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Serving.class.getName());

  private final Settings settings;
  private final Unlocking unlocking;
  private @Nullable MasterKey master;
  private Node node;
  private boolean closed;

  Serving(Settings settings, Unlocking unlocking) {
    this.settings = settings;
    this.unlocking = unlocking;
    this.node = start();
  }

  /** What opens the master key by these settings. */
  static Unlocking unlocking(
      Settings settings,
      Map<String, String> environment,
      Function<String, char @Nullable []> terminal) {
    Settings.MasterKey sealed = settings.masterKey();
    String what =
        sealed.token() == null ? "passphrase of the master key" : "PIN of the master key's token";
    return new Unlocking(() -> sealed.secret().read(environment, terminal, what), sealed.token());
  }

  private Node start() {
    // The request that asks for it is answered first: closing waits for it.
    return Node.start(
        settings, this::open, () -> Thread.ofPlatform().name("reset").start(this::resetOrEnd));
  }

  /** Once: nobody is asked for a passphrase again when the server is emptied. */
  private MasterKey open(MasterKeyFile file) {
    MasterKey known = master;
    if (known == null) {
      known = file.open(unlocking, new SecureRandom());
      master = known;
    }
    return known;
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
