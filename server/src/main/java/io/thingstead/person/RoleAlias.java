package io.thingstead.person;

import java.time.Instant;

/**
 * A name under which devices get the credentials of a role.
 *
 * @param seconds how long the credentials last
 */
public record RoleAlias(
    String name, String arn, String roleArn, int seconds, Instant created, Instant modified) {}
