package io.thingstead.authorize;

import io.thingstead.event.Reason;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;

/**
 * A call that its caller's policies do not allow; it knows what they decided, for those who log.
 */
public final class DeniedException extends ApiException {
  private final transient Reason because;

  public DeniedException(AwsError error, String message, Reason because) {
    super(error, message);
    this.because = because;
  }

  /** What the policies decided. */
  public Reason because() {
    return because;
  }
}
