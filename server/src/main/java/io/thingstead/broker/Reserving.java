package io.thingstead.broker;

/**
 * A durable queue in which another lane's batch can put a message, together with more: its place is
 * reserved, then the row is written, then one of these is told. On the queue's lane but for {@link
 * #put}.
 */
interface Reserving {
  /** Adds the row of a reserved message, on any lane. */
  void put(Journal journal, Stored kept);

  /** The row is durable. */
  void confirm(Stored kept);

  /** There is no row and there will be none. */
  void abandon(Stored kept);
}
