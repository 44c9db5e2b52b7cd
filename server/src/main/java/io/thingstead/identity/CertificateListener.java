package io.thingstead.identity;

/** Is told of every change of a certificate once it is durable. */
@FunctionalInterface
public interface CertificateListener {
  /**
   * Must not block: it runs on the shard's thread.
   *
   * @param active false when the certificate was deactivated, revoked or deleted, so that live
   *     connections have to go
   */
  void changed(String certificateArn, boolean active);
}
