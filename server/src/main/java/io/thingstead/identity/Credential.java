package io.thingstead.identity;

import io.thingstead.model.AccountId;

/**
 * An access key with its secret, for checking signatures and for the credentials file.
 *
 * @param account whose things a caller with this key sees
 */
public record Credential(Principal.AccessKey principal, AccountId account, String secretAccessKey) {
  /** The public half. */
  public String accessKeyId() {
    return principal.accessKeyId();
  }

  @Override
  public String toString() {
    return "Credential[" + accessKeyId() + " of " + account + "]";
  }
}
