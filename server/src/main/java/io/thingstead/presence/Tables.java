package io.thingstead.presence;

import io.thingstead.engine.Family;
import io.thingstead.engine.Table;

/** The tables of this feature; the numbers are on disk. */
final class Tables {
  /** (client id) to {@link VisitRow}: the last connection, if somebody could hear of it. */
  static final Table VISIT = new Table(140, "visit", Family.STATE);

  private Tables() {}
}
