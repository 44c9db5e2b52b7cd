/** Durable ordered tables, shards, group commit, outbox and timers. */
@NullMarked
package io.thingstead.engine;

import org.jspecify.annotations.NullMarked;
