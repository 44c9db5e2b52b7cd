package io.thingstead.event;

import java.time.Instant;

/** One refusal, as {@link Refusals#refused} was told of it; texts are cut at 512 characters. */
public record Refusal(
    Instant at, String action, String client, String resource, String principal, String why) {}
