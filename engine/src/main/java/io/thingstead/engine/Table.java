package io.thingstead.engine;

/**
 * A durable ordered table. The number is on disk: it is never reused and never changes.
 *
 * @param id 1 to 65535, unique over the whole program: each feature's own class of tables takes
 *     from its range, which docs/architecture.md lists
 * @param name for people and metrics
 * @param family where its rows live
 */
public record Table(int id, String name, Family family) {
  public Table {
    if (id < 1 || id > 65_535) {
      throw new IllegalArgumentException("table id " + id + " is not in 1..65535");
    }
  }
}
