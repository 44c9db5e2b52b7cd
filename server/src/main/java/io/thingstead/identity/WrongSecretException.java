package io.thingstead.identity;

/** The passphrase or PIN that was given does not open the master key; the message says which. */
public final class WrongSecretException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  WrongSecretException(String message) {
    super(message, null, false, false);
  }
}
