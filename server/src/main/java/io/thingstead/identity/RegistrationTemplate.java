package io.thingstead.identity;

import org.jspecify.annotations.Nullable;

/**
 * How the certificates that a CA brings in are provisioned.
 *
 * @param body a template's text, or null when {@code name} names one
 * @param name of a template of type JITP, or null
 * @param roleArn what the caller gave with the text, or null
 */
public record RegistrationTemplate(
    @Nullable String body, @Nullable String name, @Nullable String roleArn) {}
