package io.thingstead.person;

import java.time.Instant;

/** An access key of a user, without its secret. */
public record UserKey(String userName, String id, boolean active, Instant created) {}
