package io.thingstead.cli;

import io.thingstead.config.Settings;

/**
 * What {@code up} asks for.
 *
 * @param rehearse whether to stop once ready: the launcher makes its cache of classes this way
 */
public record Start(Settings settings, boolean rehearse) {}
