package io.thingstead.engine;

import java.util.function.Consumer;

/**
 * Waits for a batch, on the shard's thread.
 *
 * @param durable runs when it is durable
 * @param failed runs when it failed
 */
record Waiter(Runnable durable, Consumer<StoreUnavailableException> failed) {}
