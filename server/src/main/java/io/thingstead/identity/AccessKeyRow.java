package io.thingstead.identity;

/**
 * A stored access key.
 *
 * @param account twelve digits
 * @param arn whose key it is
 * @param sealedSecret the secret under the master key
 */
record AccessKeyRow(
    String account, String arn, boolean administrator, long createdMillis, byte[] sealedSecret) {}
