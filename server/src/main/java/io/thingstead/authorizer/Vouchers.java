package io.thingstead.authorizer;

import java.net.InetSocketAddress;

/** Those who say who a caller without other proof is. */
public interface Vouchers {
  /** Whether one would be asked: the caller names one, or there is a default. Reads the disk. */
  boolean offers(Asking asking);

  /**
   * Lets one decide about a caller. It blocks: for virtual threads.
   *
   * @param remote where it calls from
   */
  Vouching vouch(Asking asking, InetSocketAddress remote);
}
