package io.thingstead.metrics;

import io.thingstead.engine.Family;
import io.thingstead.engine.Table;

/** The tables of this feature; the numbers are on disk. */
final class Tables {
  /** In the server shard: (minute since 1970, modulo those of a day) to {@link MinuteRow}. */
  static final Table MINUTE = new Table(230, "minute", Family.HISTORY);

  private Tables() {}
}
