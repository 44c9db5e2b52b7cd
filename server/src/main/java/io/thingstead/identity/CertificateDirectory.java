package io.thingstead.identity;

import io.thingstead.account.Account;
import io.thingstead.model.AccountId;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The certificates of all accounts: who showed this one to that account's endpoint. Any thread may
 * use it.
 */
public final class CertificateDirectory {
  private final Map<String, Certificates> accounts = new ConcurrentSkipListMap<>();

  /** Adds an account. */
  public void add(AccountId account, Certificates certificates) {
    accounts.put(account.digits(), certificates);
  }

  /** The certificates of an account, or null when this server has none of that number. */
  @Nullable Certificates of(String account) {
    return accounts.get(account);
  }

  /**
   * Finds a client by the leaf certificate whose key the handshake proved it has. May read the
   * disk: for the executor of TLS tasks, not for an event loop.
   *
   * @param account the one chosen by the host name the client asked for
   * @param chain what the client showed, the leaf first
   */
  public CertificateLookup find(Account account, List<X509Certificate> chain) {
    String id = ClientCertificates.id(chain.getFirst());
    Certificates own = accounts.get(account.id().digits());
    if (own == null) {
      return new CertificateLookup.Refused("there is no account " + account.id());
    }
    CertificateLookup found = own.meet(chain);
    if (found instanceof CertificateLookup.Refused(String why) && !own.exists(id)) {
      return new CertificateLookup.Refused(why + elsewhere(id));
    }
    return found;
  }

  private String elsewhere(String id) {
    return accounts.entrySet().stream()
        .filter(entry -> entry.getValue().exists(id))
        .findFirst()
        .map(
            entry ->
                ", or let the device connect to a host name of account "
                    + entry.getKey()
                    + ", which knows it")
        .orElse("");
  }
}
