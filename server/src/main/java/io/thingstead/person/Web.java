package io.thingstead.person;

import java.io.IOException;
import java.net.URI;

/** Gets documents of issuers from the web, only where the settings let the server call. */
@FunctionalInterface
public interface Web {
  /**
   * A document, of a bounded size. Blocks for seconds at the most: for virtual threads.
   *
   * @throws IOException saying why there is none
   */
  byte[] get(URI uri) throws IOException;
}
