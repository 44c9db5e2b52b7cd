package io.thingstead.authorize;

import io.thingstead.event.Reason;

/** What the policies say of one action on one resource. */
public sealed interface Decision {
  boolean allowed();

  /**
   * @param by the statement that allows it, for people: {@code policy p version 1 statement 2}
   */
  record Allowed(String by) implements Decision {
    @Override
    public boolean allowed() {
      return true;
    }
  }

  /**
   * @param explicit a Deny statement applied, rather than no Allow
   * @param why which statement, or that none of policies [p] allows ACTION on ARN, with unresolved
   *     variables named
   */
  record Denied(boolean explicit, Reason why) implements Decision {
    /** One that no policy decided. */
    public Denied(boolean explicit, String why) {
      this(explicit, Reason.of(why));
    }

    @Override
    public boolean allowed() {
      return false;
    }
  }
}
