package io.thingstead.model.policy;

/** What a statement does to the actions it speaks of. */
public enum Effect {
  ALLOW,
  DENY;

  /** Of two that apply, the one that counts: a Deny. */
  public Effect stronger(Effect other) {
    return this == DENY ? this : other;
  }
}
