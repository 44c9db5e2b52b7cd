package io.thingstead.domain;

import io.thingstead.identity.ServerIdentity;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Makes TLS follow the domain configurations; connections that exist stay as they are.
 *
 * @param show how the server shows itself at a host name from now on
 * @param hide at this host name it shows itself as everywhere else
 * @param tryOut throws IllegalArgumentException for what TLS cannot use
 */
public record Showing(
    BiConsumer<String, Certified> show, Consumer<String> hide, Consumer<ServerIdentity> tryOut) {}
