package io.thingstead.person;

/**
 * A stored access key of a user.
 *
 * @param sealedSecret under the master key
 */
record KeyRow(boolean active, long createdMillis, byte[] sealedSecret) {
  KeyRow with(boolean nowActive) {
    return new KeyRow(nowActive, createdMillis, sealedSecret);
  }
}
