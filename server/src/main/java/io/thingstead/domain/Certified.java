package io.thingstead.domain;

import io.thingstead.identity.ServerIdentity;

/** How the server shows itself at a host name. */
public record Certified(ServerIdentity identity, SecurityPolicy policy) {}
