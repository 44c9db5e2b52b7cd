/** The store on RocksDB and the directory that it lives in. */
@NullMarked
package io.thingstead.engine.rocks;

import org.jspecify.annotations.NullMarked;
