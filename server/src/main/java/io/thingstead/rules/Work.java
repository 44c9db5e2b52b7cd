package io.thingstead.rules;

import io.thingstead.rules.action.Pause;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * What runs rules.
 *
 * @param threads a virtual thread for each task; never refuses one while the server runs
 * @param random safe for any thread and not to be foretold: makes confirmation tokens
 */
public record Work(Executor threads, InstantSource clock, RandomGenerator random, Pause pause) {}
