package io.thingstead.broker;

import io.thingstead.engine.Rows;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;

/**
 * Where one account's broker keeps what must survive.
 *
 * @param rows durable rows of the account in {@code ShardId(SESSION, partition)}; blocks on disk
 * @param reader runs reads, off the loops
 * @param accepting whether disk space allows changes
 */
public record Storage(IntFunction<Rows> rows, Executor reader, BooleanSupplier accepting) {}
