package io.thingstead.audit;

import io.thingstead.engine.Family;
import io.thingstead.engine.Table;

/** The tables of this feature; the numbers are on disk. */
final class Tables {
  /** (kind, largest number - number) to {@link Deed}: so the latest comes first. */
  static final Table AUDIT = new Table(200, "audit", Family.HISTORY);

  private Tables() {}
}
