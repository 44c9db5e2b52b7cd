package io.thingstead.console;

import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.StoreUnavailableException;
import io.thingstead.engine.Tx;
import io.thingstead.row.Json;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The sessions on disk, in the server shard. Any thread may call it. */
public final class SessionRows {
  private static final System.Logger LOG = System.getLogger(SessionRows.class.getName());
  private static final int SCAN = 1_000;

  private final AccountShard server;

  /**
   * @param server the server shard
   */
  public SessionRows(AccountShard server) {
    this.server = server;
  }

  /** All of them, by the hash of the cookie. Blocks on disk. */
  Map<String, SessionRow> load() {
    Map<String, SessionRow> found = new HashMap<>();
    Key after = null;
    List<Rows.Row> page;
    do {
      page = server.durable().scan(Tables.SESSION, Key.ALL, after, SCAN);
      for (Rows.Row row : page) {
        found.put(row.key().read().text(), Json.decode(row.value(), SessionRow.class));
        after = row.key();
      }
    } while (page.size() == SCAN);
    return found;
  }

  /**
   * Keeps one, in place of others. Waits: for virtual threads. When the disk is full, whoever comes
   * to see why is let in all the same, until the next start.
   */
  void begin(String hash, SessionRow row, Collection<String> ended) {
    try {
      server.call(
          tx -> {
            ended.forEach(each -> tx.delete(Tables.SESSION, Key.of(each)));
            tx.put(Tables.SESSION, Key.of(hash), Json.encode(row));
            return hash;
          });
    } catch (StoreUnavailableException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "a session of the console ends with this run of the server: {0}",
          e.getMessage());
    }
  }

  /** Remembers that one is in use; soon, and not if that cannot be. */
  void used(String hash, SessionRow row) {
    var _ =
        server.submit(
            tx -> {
              // It may have ended meanwhile.
              if (tx.get(Tables.SESSION, Key.of(hash)) != null) {
                tx.put(Tables.SESSION, Key.of(hash), Json.encode(row));
              }
              return hash;
            });
  }

  /**
   * Forgets one, durably: it must not come back. Waits: for virtual threads.
   *
   * @throws StoreUnavailableException when it could not be
   */
  void end(String hash) {
    server.call(tx -> delete(tx, hash));
  }

  /** Forgets one that is refused in any case; soon. */
  void endSoon(String hash) {
    var _ = server.submit(tx -> delete(tx, hash));
  }

  private static String delete(Tx tx, String hash) {
    tx.delete(Tables.SESSION, Key.of(hash));
    return hash;
  }
}
