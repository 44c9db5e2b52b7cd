package io.thingstead.domain;

import io.thingstead.identity.MasterKey;
import io.thingstead.identity.ServerIdentity;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A stored row.
 *
 * @param identity the chain and its key, sealed
 * @param importedMillis when it was brought or last replaced
 */
record ServerCertificateRow(byte[] identity, long importedMillis) {
  private static String context(String id) {
    return "server-certificate/" + id;
  }

  static ServerCertificateRow of(String id, ServerIdentity identity, MasterKey master, long now) {
    return new ServerCertificateRow(identity.seal(master, context(id)), now);
  }

  ServerIdentity open(String id, MasterKey master) {
    return ServerIdentity.open(identity, master, context(id));
  }

  List<X509Certificate> chain() {
    return ServerIdentity.certificates(identity);
  }
}
