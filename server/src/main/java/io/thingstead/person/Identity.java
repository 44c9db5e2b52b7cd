package io.thingstead.person;

import java.time.Instant;
import java.util.List;

/**
 * An identity of a pool.
 *
 * @param id {@code REGION:UUID}
 * @param logins names of the providers by which it has logged in
 */
public record Identity(String id, List<String> logins, Instant created, Instant modified) {
  public Identity {
    logins = List.copyOf(logins);
  }
}
