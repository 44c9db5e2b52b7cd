package io.thingstead.model;

/**
 * The twelve digits that name an account; every key, topic and ARN belongs to one.
 *
 * @param digits exactly twelve ASCII digits
 */
public record AccountId(String digits) {
  public AccountId {
    if (digits.length() != 12 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw new IllegalArgumentException("an account id is 12 digits, not '" + digits + "'");
    }
  }

  /** The digits as a number, which is how the engine keys an account. */
  public long number() {
    return Long.parseLong(digits);
  }

  @Override
  public String toString() {
    return digits;
  }
}
