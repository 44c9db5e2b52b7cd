package io.thingstead.person;

import java.util.Map;

/**
 * A stored identity of a pool.
 *
 * @param logins subjects by the name of their provider
 */
record IdentityRow(
    String poolId, Map<String, String> logins, long createdMillis, long modifiedMillis) {
  IdentityRow {
    logins = Map.copyOf(logins);
  }
}
