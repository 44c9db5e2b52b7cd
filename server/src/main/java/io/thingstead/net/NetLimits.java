package io.thingstead.net;

import java.time.Duration;

/**
 * What a stranger may use up.
 *
 * @param handshake from the connection to the end of the TLS handshake
 * @param firstByte from there to the first byte of the protocol, where ALPN has not told it
 * @param connections open at once, on all ports
 * @param connectionsPerAddress open at once from one IP address
 * @param requestLineBytes of an HTTP request: method, path and query
 * @param headerBytes of an HTTP request: all headers together
 */
public record NetLimits(
    Duration handshake,
    Duration firstByte,
    int connections,
    int connectionsPerAddress,
    int requestLineBytes,
    int headerBytes) {
  /** Open at once on all ports of a server: as many as the published quota of one account. */
  public static final int CONNECTIONS = 500_000;
}
