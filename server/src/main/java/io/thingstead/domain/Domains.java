package io.thingstead.domain;

import io.thingstead.account.Account;
import io.thingstead.account.Accounts;
import io.thingstead.model.AccountId;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The host names of all accounts, in memory: what is stored is read at the start. Any thread may
 * look one up, which neither waits nor locks; changes take turns.
 */
public final class Domains {
  private static final System.Logger LOG = System.getLogger(Domains.class.getName());

  /** Each has a TLS context of its own, which takes some 10 KB beside its certificate. */
  private static final int HOSTS_MAX = 2000;

  private final Accounts accounts;
  private final List<String> own;
  private final Showing showing;
  private final Map<String, Domain> byHost = new ConcurrentHashMap<>();
  private final Map<AccountId, Domain> ofAccounts = new ConcurrentHashMap<>();
  private final ReentrantLock turn = new ReentrantLock();

  /**
   * @param own host names of the server itself, in lower case; nobody can have one of them
   */
  public Domains(Accounts accounts, List<String> own, Showing showing) {
    this.accounts = accounts;
    this.own = List.copyOf(own);
    this.showing = showing;
  }

  /**
   * What a host name chooses. Who asks for none that is configured, or for none, gets an account's
   * own endpoint.
   *
   * @param host from SNI, in lower case, or empty
   */
  public Domain find(String host) {
    Domain configured = byHost.get(host);
    if (configured != null) {
      Account now = accounts.find(configured.account().id());
      // What may be had and done changes.
      return now == null || now.equals(configured.account()) ? configured : configured.owned(now);
    }
    Account account = accounts.byHost(host);
    Domain known = ofAccounts.get(account.id());
    return known != null && known.account().equals(account)
        ? known
        : ofAccounts.merge(account.id(), Domain.of(account), (before, _) -> before.owned(account));
  }

  /** Whether somebody has configured a host name. */
  public boolean isConfigured(String host) {
    return byHost.containsKey(host);
  }

  /** Runs a change when no other runs; it may wait for shards. */
  <T extends @Nullable Object> T change(Supplier<T> change) {
    turn.lock();
    try {
      return change.get();
    } finally {
      turn.unlock();
    }
  }

  /** The name below which host names are made up, or null when the server has only addresses. */
  @Nullable String parent() {
    return own.stream().filter(name -> !name.matches("[0-9.]+|.*:.*")).findFirst().orElse(null);
  }

  /**
   * Refuses a host name that is not free; within a change.
   *
   * @throws ApiException RESOURCE_ALREADY_EXISTS, INVALID_REQUEST or LIMIT_EXCEEDED
   */
  void requireFree(String host) {
    if (own.contains(host)) {
      throw new ApiException(
          AwsError.INVALID_REQUEST,
          "domainName '" + host + "' is a name of this server itself (the setting host)");
    }
    if (byHost.containsKey(host)) {
      throw new ApiException(
          AwsError.RESOURCE_ALREADY_EXISTS,
          "domainName '"
              + host
              + "' has a domain configuration already, here or in another account");
    }
    if (byHost.size() >= HOSTS_MAX) {
      throw new ApiException(
          AwsError.LIMIT_EXCEEDED,
          "this server holds " + HOSTS_MAX + " domain configurations at most");
    }
  }

  /** From now on a host name is this domain, shown so; within a change. */
  void put(String host, Domain domain, Certified certified) {
    showing.show().accept(host, certified);
    byHost.put(host, domain);
  }

  /** The same at the start, when one that cannot be shown must not keep the server down. */
  void restore(String host, Domain domain, Supplier<Certified> certified) {
    try {
      put(host, domain, certified.get());
    } catch (IllegalArgumentException | IllegalStateException e) {
      LOG.log(
          System.Logger.Level.ERROR,
          "the certificate for {0} cannot be used, the server''s own is shown there: {1}",
          host,
          e.getMessage());
      byHost.put(host, domain);
    }
  }

  /** A host name is nothing special any more; within a change. */
  void remove(String host) {
    byHost.remove(host);
    showing.hide().accept(host);
  }

  /** The policy of an account's own endpoint is another. */
  void setPolicy(Account account, SecurityPolicy policy) {
    ofAccounts.put(account.id(), Domain.of(account, policy));
  }

  Showing showing() {
    return showing;
  }
}
