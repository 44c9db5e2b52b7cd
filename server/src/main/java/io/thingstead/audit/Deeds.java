package io.thingstead.audit;

/** Takes down what was done in an account, and what was not let be done. */
public interface Deeds {
  /** A change was made: returns when that is written down. Waits: for virtual threads. */
  void changed(Deed deed);

  /** What was asked was refused to a caller who is known; does not wait. */
  void refused(Deed deed);

  /** Somebody was given temporary credentials; does not wait. */
  void issued(Deed deed);
}
