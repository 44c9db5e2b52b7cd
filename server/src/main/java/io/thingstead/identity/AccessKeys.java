package io.thingstead.identity;

import io.thingstead.account.Account;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.model.AccountId;
import io.thingstead.row.Json;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The access keys of all accounts, in the server shard, their secrets sealed. All rows are held in
 * memory, still sealed, so that {@link #find} never waits; any thread may call it.
 */
public final class AccessKeys {
  private static final int SCAN = 1_000;
  private static final int ID_LENGTH = 16;
  private static final int SECRET_BYTES = 30; // 40 characters of Base64
  private static final String ID_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

  private final AccountShard server;
  private final MasterKey master;
  private final SecureRandom random;
  private final Map<String, AccessKeyRow> rows = new ConcurrentHashMap<>();

  /**
   * Reads all keys.
   *
   * @param server the server shard
   */
  public AccessKeys(AccountShard server, MasterKey master, SecureRandom random) {
    this.server = server;
    this.master = master;
    this.random = random;
    load();
  }

  private void load() {
    Key after = null;
    List<Rows.Row> page;
    do {
      page = server.durable().scan(Tables.ACCESS_KEY, Key.ALL, after, SCAN);
      for (Rows.Row row : page) {
        rows.put(row.key().read().text(), Json.decode(row.value(), AccessKeyRow.class));
        after = row.key();
      }
    } while (page.size() == SCAN);
  }

  /** The key of this id, or null. */
  public @Nullable Credential find(String accessKeyId) {
    AccessKeyRow row = rows.get(accessKeyId);
    return row == null ? null : credential(accessKeyId, row);
  }

  /** The account's administrator's key; made, and durable, if there is none. */
  public synchronized Credential administrator(Account account) {
    return rows.entrySet().stream()
        .filter(e -> e.getValue().administrator())
        .filter(e -> e.getValue().account().equals(account.id().digits()))
        .findAny()
        .map(e -> credential(e.getKey(), e.getValue()))
        .orElseGet(() -> create(account));
  }

  private Credential create(Account account) {
    String id = newId();
    byte[] secretBytes = new byte[SECRET_BYTES];
    random.nextBytes(secretBytes);
    String secret = Base64.getEncoder().encodeToString(secretBytes);
    byte[] sealed = master.seal(secret.getBytes(StandardCharsets.US_ASCII), context(id));
    String arn = "arn:aws:iam::" + account.id() + ":user/administrator";
    AccessKeyRow made =
        server.call(
            tx -> {
              AccessKeyRow row =
                  new AccessKeyRow(
                      account.id().digits(), arn, true, tx.now().toEpochMilli(), sealed);
              tx.put(Tables.ACCESS_KEY, Key.of(id), Json.encode(row));
              return row;
            });
    rows.put(id, made);
    return credential(id, made);
  }

  private String newId() {
    StringBuilder id = new StringBuilder("AKIA");
    for (int i = 0; i < ID_LENGTH; i++) {
      id.append(ID_LETTERS.charAt(random.nextInt(ID_LETTERS.length())));
    }
    return id.toString();
  }

  private Credential credential(String id, AccessKeyRow row) {
    return new Credential(
        new Principal.AccessKey(id, row.arn(), row.administrator()),
        new AccountId(row.account()),
        new String(master.open(row.sealedSecret(), context(id)), StandardCharsets.US_ASCII));
  }

  private static String context(String id) {
    return "access-key/" + id;
  }
}
