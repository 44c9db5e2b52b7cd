package io.thingstead.function;

import io.thingstead.account.Account;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A function as callers name it.
 *
 * @param name the name alone
 */
record FunctionName(String name) {
  /** There are no published versions: the code as it is, is the only one. */
  static final String LATEST = "$LATEST";

  private static final Pattern FORM =
      Pattern.compile(
          "(?:arn:aws[a-zA-Z-]*:lambda:)?(?:([a-z]{2}(?:-gov)?-[a-z]+-\\d):)?(?:(\\d{12}):)?"
              + "(?:function:)?([a-zA-Z0-9-_]{1,64})(?::(\\$LATEST|[a-zA-Z0-9-_]+))?");

  /**
   * Takes a name, a partial or a whole ARN.
   *
   * @param qualifier what the caller says beside the name, or null
   * @throws ApiException INVALID_PARAMETER_VALUE when it is no name; RESOURCE_NOT_FOUND when it is
   *     of another account or region, or has a version or alias
   */
  static FunctionName parse(Account account, String text, @Nullable String qualifier) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new ApiException(
          AwsError.INVALID_PARAMETER_VALUE,
          "'"
              + text
              + "' is neither the name (1 to 64 letters, digits, - or _) nor the ARN of a"
              + " function");
    }
    String name = form.group(3);
    String version = qualifier == null ? form.group(4) : qualifier;
    boolean here =
        (form.group(1) == null || form.group(1).equals(account.region()))
            && (form.group(2) == null || form.group(2).equals(account.id().digits()));
    if (!here) {
      throw notFound(text);
    }
    if (version != null && !version.equals(LATEST)) {
      throw notFound(arn(account, name) + ":" + version);
    }
    return new FunctionName(name);
  }

  /** The ARN of a function of an account. */
  static String arn(Account account, String name) {
    return "arn:aws:lambda:" + account.region() + ":" + account.id() + ":function:" + name;
  }

  static ApiException notFound(String arn) {
    return new ApiException(AwsError.RESOURCE_NOT_FOUND, "Function not found: " + arn);
  }
}
