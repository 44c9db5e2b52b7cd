package io.thingstead.identity;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The text of a {@code master.key} that is sealed.
 *
 * @param format {@link #FORMAT}
 * @param keySha256 of the key inside, in hex: says which key it is without giving it away
 * @param argon2id how the passphrase is stretched; null if a token seals it
 * @param tokenKey label of the token's key; null if a passphrase seals it
 * @param sealed the key; bound to everything else that is said here
 */
record SealedKey(
    int format,
    String keySha256,
    @Nullable Argon2id argon2id,
    @Nullable String tokenKey,
    byte[] sealed) {
  static final int FORMAT = 1;

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** What the sealed bytes are bound to. */
  String context() {
    String how =
        argon2id == null
            ? "token/" + tokenKey
            : "argon2id/"
                + argon2id.salt()
                + "/"
                + argon2id.memoryKib()
                + "/"
                + argon2id.passes()
                + "/"
                + argon2id.lanes();
    return "master-key/" + format + "/" + keySha256 + "/" + how;
  }

  SealedKey with(byte[] bytes) {
    return new SealedKey(format, keySha256, argon2id, tokenKey, bytes);
  }

  byte[] encode() {
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this);
  }

  /** Null when the bytes are no such text. */
  static @Nullable SealedKey decode(byte[] bytes) {
    try {
      SealedKey found = JSON.readValue(bytes, SealedKey.class);
      boolean whole = (found.argon2id == null) != (found.tokenKey == null);
      return whole && found.format == FORMAT ? found : null;
    } catch (JacksonException e) {
      return null;
    }
  }
}
