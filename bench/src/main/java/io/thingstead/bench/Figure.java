package io.thingstead.bench;

/**
 * One compared figure and what issue 3 asks of it.
 *
 * @param name a member of the load generator's result
 * @param floor the score that must hold; 0: none
 * @param aim the score that is striven for
 */
record Figure(String name, Kind kind, double floor, double aim) {
  /** How a figure becomes a score. */
  enum Kind {
    /** How many times the peer's it is; more is better. */
    TIMES,
    /** How many times the peer's it is; less is better. */
    TIMES_LESS,
    /** The figure itself; less is better. */
    SIZE
  }

  static Figure times(String name, double floor, double aim) {
    return new Figure(name, Kind.TIMES, floor, aim);
  }

  static Figure timesLess(String name, double floor, double aim) {
    return new Figure(name, Kind.TIMES_LESS, floor, aim);
  }

  static Figure size(String name, double floor, double aim) {
    return new Figure(name, Kind.SIZE, floor, aim);
  }

  /** A ratio of which nothing is asked yet has the floor 0. */
  boolean hasFloor() {
    return floor > 0;
  }

  double score(double own, double peer) {
    return switch (kind) {
      case TIMES, TIMES_LESS -> own / peer;
      case SIZE -> own;
    };
  }

  /**
   * Whether this share of the floor is held; a score that could not be measured holds nothing.
   *
   * @param share 1: the whole floor; 0.7: 30 % worse is still good
   */
  boolean holds(double score, double share) {
    if (!hasFloor()) {
      return !Double.isNaN(score);
    }
    return switch (kind) {
      case TIMES -> score >= floor * share;
      case TIMES_LESS, SIZE -> score <= floor / share;
    };
  }
}
