package io.thingstead.model.policy;

/**
 * A policy as it stands in an account.
 *
 * @param version the version id in force
 */
public record NamedPolicy(String name, String version, PolicyDocument document) {}
