package io.thingstead.account;

import io.thingstead.model.Profile;
import java.util.Map;
import java.util.Objects;

/**
 * A stored account.
 *
 * @param first whether it is the one that answers when a caller names no other
 * @param quotas what was set instead of the profile's limits; rows of before have none
 */
record AccountRow(
    String region, Profile profile, boolean first, long createdMillis, Map<String, Long> quotas) {
  AccountRow {
    quotas = Map.copyOf(Objects.requireNonNullElse(quotas, Map.of()));
  }
}
