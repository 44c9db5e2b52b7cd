package io.thingstead.person;

/** How long listings are. */
final class PersonLimits {
  /** Rows that one page of a listing has at most, and without being asked. */
  static final int PAGE_MAX = 1_000;

  static final int PAGE = 100;

  /** More rows than a quota that is lowered later leaves. */
  static final int ROWS_MAX = 10_000;

  private PersonLimits() {}
}
