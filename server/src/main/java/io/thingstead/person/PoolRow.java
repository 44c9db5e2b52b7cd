package io.thingstead.person;

import java.util.List;
import java.util.Map;

/**
 * A stored identity pool.
 *
 * @param roles ARNs by {@code authenticated} and {@code unauthenticated}
 * @param identities how many it has
 */
record PoolRow(
    String name,
    boolean allowsUnauthenticated,
    boolean allowsClassic,
    List<String> providerArns,
    Map<String, String> tags,
    Map<String, String> roles,
    long identities) {
  PoolRow {
    providerArns = List.copyOf(providerArns);
    tags = Map.copyOf(tags);
    roles = Map.copyOf(roles);
  }

  static PoolRow of(Pool pool) {
    return new PoolRow(
        pool.name(),
        pool.allowsUnauthenticated(),
        pool.allowsClassic(),
        pool.providerArns(),
        pool.tags(),
        Map.of(),
        0);
  }

  PoolRow with(Map<String, String> newRoles) {
    return new PoolRow(
        name, allowsUnauthenticated, allowsClassic, providerArns, tags, newRoles, identities);
  }

  PoolRow with(long newIdentities) {
    return new PoolRow(
        name, allowsUnauthenticated, allowsClassic, providerArns, tags, roles, newIdentities);
  }
}
