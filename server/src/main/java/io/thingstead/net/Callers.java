package io.thingstead.net;

import io.thingstead.domain.Domain;
import io.thingstead.identity.CertificateLookup;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * How the network asks who is calling whom.
 *
 * @param domains by the host name of SNI in lower case, or by the empty string without one; empty
 *     refuses the handshake; called on event loops, so it must not block
 * @param certificates by domain and the certificates a client showed, its own first; called on TLS
 *     tasks, so it may block
 */
public record Callers(
    Function<String, Optional<Domain>> domains,
    BiFunction<Domain, List<X509Certificate>, CertificateLookup> certificates) {}
