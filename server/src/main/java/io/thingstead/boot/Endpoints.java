package io.thingstead.boot;

import io.thingstead.account.Account;
import io.thingstead.account.Accounts;
import io.thingstead.config.Settings;
import io.thingstead.domain.Domain;
import io.thingstead.domain.Domains;
import io.thingstead.domain.Showing;
import io.thingstead.identity.CertificateDirectory;
import io.thingstead.identity.CertificateLookup;
import io.thingstead.identity.OwnCa;
import io.thingstead.identity.RevocationLists;
import io.thingstead.net.Callers;
import io.thingstead.net.ServerContexts;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * By which host names accounts are called, and who calls them there.
 *
 * @param hosts those of the server itself, the first of which accounts' names are made of
 * @param domains host names that accounts have configured
 * @param ca issues certificates for these
 */
record Endpoints(List<String> hosts, Accounts accounts, Domains domains, OwnCa ca) {
  /**
   * Those of a server.
   *
   * @param contexts how it shows itself
   */
  static Endpoints of(Settings settings, Accounts accounts, ServerContexts contexts, OwnCa ca) {
    List<String> own =
        settings.hosts().stream().map(host -> host.toLowerCase(Locale.ROOT)).toList();
    Showing showing = new Showing(contexts::put, contexts::remove, contexts::tryOut);
    return new Endpoints(settings.hosts(), accounts, new Domains(accounts, own, showing), ca);
  }

  /** Every name by which clients call the server, each account's own among them. */
  static List<String> names(List<String> hosts, Accounts accounts) {
    List<String> names = new ArrayList<>(hosts);
    for (Account account : accounts.list()) {
      String host = accounts.endpoint(account, hosts.getFirst());
      if (!names.contains(host)) {
        names.add(host);
      }
    }
    return names;
  }

  /** The host name of an account's own endpoint. */
  String ofAccount(Account account) {
    return accounts.endpoint(account, hosts.getFirst());
  }

  /** Whether it is one of the server's or of an account's. */
  boolean knows(String host) {
    return names(hosts, accounts).contains(host) || domains.isConfigured(host);
  }

  /** Whom the network asks who is calling whom. */
  Callers callers(CertificateDirectory certificates, Tenants tenants, RevocationLists revoked) {
    return new Callers(
        host -> Optional.of(domains.find(host)),
        (domain, shown) -> {
          String refusal = revoked.refusal(shown);
          return refusal == null
              ? judged(certificates.find(domain.account(), shown), domain, shown, tenants)
              : new CertificateLookup.Refused(refusal);
        });
  }

  private static CertificateLookup judged(
      CertificateLookup found, Domain domain, List<X509Certificate> shown, Tenants tenants) {
    if (domain.certificateCallback() == null
        || !(found instanceof CertificateLookup.Known known)
        || !known.principal().active()) {
      return found;
    }
    @Nullable String why =
        tenants
            .of(domain.account())
            .domains()
            .refusal(domain, known.principal().certificateId(), shown);
    return why == null ? found : new CertificateLookup.Refused(why);
  }
}
