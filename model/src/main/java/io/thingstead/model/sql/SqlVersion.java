package io.thingstead.model.sql;

import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import org.jspecify.annotations.Nullable;

/** The versions of the rule SQL; a rule keeps the one it was made with until it is replaced. */
public enum SqlVersion {
  /** No literals of objects and arrays, no nested SELECT; whole decimals stay decimals. */
  V2015_10_08("2015-10-08"),
  /** Everything; whole decimals in payloads and literals are integers. */
  V2016_03_23("2016-03-23");

  private final String text;

  SqlVersion(String text) {
    this.text = text;
  }

  /**
   * The version of an {@code awsIotSqlVersion}.
   *
   * @param text null for the default, which is the older version; {@code beta} is the newest
   * @throws ApiException INVALID_REQUEST for any other text
   */
  public static SqlVersion parse(@Nullable String text) {
    return switch (text) {
      case null -> V2015_10_08;
      case "2015-10-08" -> V2015_10_08;
      case "2016-03-23", "beta" -> V2016_03_23;
      default ->
          throw new ApiException(
              AwsError.INVALID_REQUEST,
              "awsIotSqlVersion '" + text + "' does not exist: use 2016-03-23, 2015-10-08 or beta");
    };
  }

  /** The version as rules name it. */
  public String text() {
    return text;
  }
}
