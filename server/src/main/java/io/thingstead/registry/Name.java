package io.thingstead.registry;

import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.util.regex.Pattern;

/** The names of things and of thing types, which have one form. */
final class Name {
  private static final Pattern FORM = Pattern.compile("[a-zA-Z0-9:_-]{1,128}");

  private Name() {}

  /** Returns the name when it is well formed, else refuses it with 400. */
  static String check(String what, String name) {
    if (!FORM.matcher(name).matches()) {
      throw new ApiException(
          AwsError.INVALID_REQUEST,
          what + " '" + name + "' is not valid: 1 to 128 of a-z, A-Z, 0-9, ':', '_' and '-'");
    }
    return name;
  }
}
