package io.thingstead.person;

import java.util.random.RandomGenerator;

/** Makes unique ids such as {@code AIDA…}; safe for any thread if the random is. */
final class Ids {
  private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

  private final RandomGenerator random;

  Ids(RandomGenerator random) {
    this.random = random;
  }

  /** A user's, role's or policy's, of 21 characters. */
  String entity(String prefix) {
    return make(prefix, 17);
  }

  /** An access key's, of 20 characters. */
  String key(String prefix) {
    return make(prefix, 16);
  }

  private String make(String prefix, int letters) {
    StringBuilder id = new StringBuilder(prefix);
    for (int i = 0; i < letters; i++) {
      id.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return id.toString();
  }
}
