package io.thingstead.identity;

import io.thingstead.engine.Tx;

/**
 * What another feature keeps attached to certificates: policies, things. Called inside the command
 * that deletes a certificate, in the registry shard, so that the answer is exact.
 */
public interface Attachments {
  /** Whether anything is attached to the certificate of this ARN. */
  boolean any(Tx tx, String certificateArn);

  /** Detaches all of it. */
  void detachAll(Tx tx, String certificateArn);
}
