package io.thingstead.shadow;

import io.thingstead.engine.Family;
import io.thingstead.engine.Table;

/** The tables of a shadow shard; 60 to 69 are its ids. */
final class Tables {
  /** Thing, shadow (empty for the classic one) → the document. */
  static final Table SHADOW = new Table(60, "shadow", Family.STATE);

  /** Thing, shadow → the version a deleted shadow had; kept for ever. */
  static final Table TOMBSTONE = new Table(61, "shadow-tombstone", Family.STATE);

  /** Thing, shadow, version, 0 updated or 1 deleted → {@link Announcement} not yet published. */
  static final Table ANNOUNCEMENT = new Table(62, "shadow-announcement", Family.LOG);

  private Tables() {}
}
