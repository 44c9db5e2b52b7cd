package io.thingstead.person;

import java.util.List;
import java.util.Map;

/**
 * An identity pool: who may get an identity.
 *
 * @param id {@code REGION:UUID}; empty of one that is yet to be made
 * @param allowsUnauthenticated whether without logging in
 * @param allowsClassic whether by GetOpenIdToken and STS, too
 * @param providerArns OpenID Connect providers whose tokens are taken
 */
public record Pool(
    String id,
    String name,
    boolean allowsUnauthenticated,
    boolean allowsClassic,
    List<String> providerArns,
    Map<String, String> tags) {
  public Pool {
    providerArns = List.copyOf(providerArns);
    tags = Map.copyOf(tags);
  }
}
