package io.thingstead.authorize;

import java.time.Instant;

/**
 * One version of a policy.
 *
 * @param versionId a number, from 1
 * @param isDefault whether it is in force
 * @param document as it was written
 */
public record PolicyVersion(
    String policyName,
    String policyArn,
    String versionId,
    boolean isDefault,
    String document,
    Instant created) {}
