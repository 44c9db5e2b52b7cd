package io.thingstead.broker;

import org.jspecify.annotations.Nullable;

/**
 * A message of a shared group in the hands of one member: sent to it and not acknowledged. When the
 * member goes away first, the message goes back to the group, unless it is of QoS 2, which must not
 * go to anyone else [MQTT-4.8.2-5].
 */
final class Lease {
  final SharedGroup group;

  /** Whether the group's backlog knows of it; for the member's lane alone. */
  boolean known;

  /** Its place in the group's backlog, if it has one; for the group's lane alone. */
  @Nullable Stored kept;

  /** The member is done with it; for the group's lane alone. */
  boolean over;

  Lease(SharedGroup group) {
    this.group = group;
  }
}
