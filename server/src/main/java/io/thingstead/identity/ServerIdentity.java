package io.thingstead.identity;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What a listener proves itself with.
 *
 * @param key the private key of the first certificate
 * @param chain the server's certificate, then those that lead to its root
 */
public record ServerIdentity(PrivateKey key, List<X509Certificate> chain) {
  public ServerIdentity {
    chain = List.copyOf(chain);
  }

  /** The server's certificate. */
  public X509Certificate leaf() {
    return chain.getFirst();
  }

  @Override
  public String toString() {
    return "ServerIdentity[" + leaf().getSubjectX500Principal() + "]";
  }
}
