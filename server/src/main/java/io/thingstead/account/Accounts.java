package io.thingstead.account;

import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.model.AccountId;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Quotas;
import io.thingstead.row.Json;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The accounts of this server, in the server shard and all in memory. The first one is named by the
 * settings and answers whoever names no other; each further one is called by a host name that
 * begins with its id: {@code 123456789012.HOST}. Reads never wait; any thread may make them.
 */
public final class Accounts {
  private static final System.Logger LOG = System.getLogger(Accounts.class.getName());
  private static final int ACCOUNTS_MAX = 1_000;
  private static final int ID_LENGTH = 12;

  private final AccountShard server;
  private final Map<String, Account> accounts = new ConcurrentSkipListMap<>();
  private final List<Consumer<Account>> listeners = new CopyOnWriteArrayList<>();
  private final List<Consumer<Account>> limited = new CopyOnWriteArrayList<>();
  private volatile Account first;

  /**
   * Reads the accounts; makes the first one if there is none yet.
   *
   * @param server the server shard
   * @param wanted the first account by the settings
   * @throws IllegalStateException when this data directory's first account is another
   */
  public Accounts(AccountShard server, Account wanted) {
    this.server = server;
    Account known = null;
    for (Rows.Row row : server.durable().scan(Tables.ACCOUNT, Key.ALL, null, ACCOUNTS_MAX)) {
      AccountId id = new AccountId(row.key().read().text());
      AccountRow stored = Json.decode(row.value(), AccountRow.class);
      Account account = new Account(id, stored.region(), stored.profile(), quotas(id, stored));
      accounts.put(id.digits(), account);
      if (stored.first()) {
        known = account;
      }
    }
    this.first = known == null ? store(wanted, true) : same(known, wanted);
    accounts.put(first.id().digits(), first);
  }

  /** The profile follows the settings; id and region are in every ARN and cannot change. */
  private static Account same(Account stored, Account wanted) {
    if (!stored.id().equals(wanted.id()) || !stored.region().equals(wanted.region())) {
      throw new IllegalStateException(
          "this data directory belongs to account "
              + stored.id()
              + " in "
              + stored.region()
              + ", but the settings name account "
              + wanted.id()
              + " in "
              + wanted.region()
              + "; use another --data, or --account "
              + stored.id()
              + " --region "
              + stored.region());
    }
    return new Account(wanted.id(), wanted.region(), wanted.profile(), stored.quotas());
  }

  /** A limit that this version no longer has is left out, for the server has to start. */
  private static Quotas quotas(AccountId id, AccountRow stored) {
    try {
      return Quotas.of(stored.quotas());
    } catch (IllegalArgumentException e) {
      LOG.log(System.Logger.Level.WARNING, "quotas of account {0}: {1}", id, e.getMessage());
      return Quotas.NONE;
    }
  }

  /** The account that answers when a caller names no other. */
  public Account first() {
    return first;
  }

  /** All accounts, by id. */
  public List<Account> list() {
    return List.copyOf(accounts.values());
  }

  /** The account of this id, or null. */
  public @Nullable Account find(AccountId id) {
    return accounts.get(id.digits());
  }

  /** Tells of each account made from now on, before {@link #create} returns. */
  public void onCreate(Consumer<Account> listener) {
    listeners.add(listener);
  }

  /**
   * Makes an account, durably. Waits: for virtual threads.
   *
   * @throws ApiException ResourceAlreadyExists or LimitExceeded
   */
  public synchronized Account create(Account wanted) {
    if (accounts.containsKey(wanted.id().digits())) {
      throw new ApiException(
          AwsError.RESOURCE_ALREADY_EXISTS, "there is already an account " + wanted.id());
    }
    if (accounts.size() >= ACCOUNTS_MAX) {
      throw new ApiException(
          AwsError.LIMIT_EXCEEDED, "this server holds " + ACCOUNTS_MAX + " accounts at most");
    }
    Account made = store(wanted, false);
    accounts.put(made.id().digits(), made);
    listeners.forEach(listener -> listener.accept(made));
    return made;
  }

  /**
   * Changes what an account may have and do, durably. Connections made from now on are held to it;
   * limits of stored things from the next start on. Waits: for virtual threads.
   *
   * @throws ApiException when there is no such account
   */
  public synchronized Account limit(AccountId id, Quotas quotas) {
    Account known = find(id);
    if (known == null) {
      throw new ApiException(AwsError.RESOURCE_NOT_FOUND, "there is no account " + id);
    }
    Account changed = new Account(id, known.region(), known.profile(), quotas);
    server.call(tx -> put(tx, changed));
    accounts.put(id.digits(), changed);
    if (id.equals(first.id())) {
      first = changed;
    }
    limited.forEach(listener -> listener.accept(changed));
    return changed;
  }

  /** Tells of each account whose quotas change from now on. */
  public void onLimit(Consumer<Account> listener) {
    limited.add(listener);
  }

  private Account store(Account account, boolean isFirst) {
    return server.call(tx -> put(tx, account, isFirst));
  }

  private static Account put(Tx tx, Account changed) {
    Key key = Key.of(changed.id().digits());
    AccountRow row =
        Json.decode(Objects.requireNonNull(tx.get(Tables.ACCOUNT, key)), AccountRow.class);
    tx.put(
        Tables.ACCOUNT,
        key,
        Json.encode(
            new AccountRow(
                row.region(),
                row.profile(),
                row.first(),
                row.createdMillis(),
                changed.quotas().set())));
    return changed;
  }

  private static Account put(Tx tx, Account account, boolean isFirst) {
    AccountRow row =
        new AccountRow(
            account.region(),
            account.profile(),
            isFirst,
            tx.now().toEpochMilli(),
            account.quotas().set());
    tx.put(Tables.ACCOUNT, Key.of(account.id().digits()), Json.encode(row));
    return account;
  }

  /**
   * The account that a host name chooses.
   *
   * @param host from SNI or the Host header, without port; null when the client named none
   */
  public Account byHost(@Nullable String host) {
    if (host == null || host.length() <= ID_LENGTH || host.charAt(ID_LENGTH) != '.') {
      return first;
    }
    Account named = accounts.get(host.substring(0, ID_LENGTH));
    return named == null ? first : named;
  }

  /** What DescribeEndpoint tells this account's callers, of a server called {@code host}. */
  public String endpoint(Account account, String host) {
    return account.id().equals(first.id()) ? host : account.id() + "." + host;
  }
}
