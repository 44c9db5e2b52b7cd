package io.thingstead.net;

import java.util.Locale;

/** Why the network turned a connection away before any protocol saw it. */
enum Turned {
  TOO_MANY_CONNECTIONS,
  TOO_MANY_FROM_ADDRESS,
  TOO_MANY_FAILURES,
  NOT_TLS,
  UNKNOWN_HOST,
  DOMAIN_DISABLED,
  CERTIFICATE_REFUSED,
  HANDSHAKE_FAILED,
  HANDSHAKE_TIMEOUT,
  FIRST_BYTE_TIMEOUT,
  CONNECTION_BROKEN,
  UNKNOWN_PROTOCOL,
  PROTOCOL_NOT_OFFERED;

  /** As the tag of a counter. */
  String tag() {
    return name().toLowerCase(Locale.ROOT);
  }
}
