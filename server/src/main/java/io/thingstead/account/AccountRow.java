package io.thingstead.account;

import io.thingstead.model.Profile;

/**
 * A stored account.
 *
 * @param first whether it is the one that answers when a caller names no other
 */
record AccountRow(String region, Profile profile, boolean first, long createdMillis) {}
