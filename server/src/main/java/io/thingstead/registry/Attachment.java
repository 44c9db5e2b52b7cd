package io.thingstead.registry;

/** A thing and a principal that belongs to it. */
public record Attachment(String thingName, String principal, PrincipalType type) {}
