package io.thingstead.http;

import io.thingstead.api.ApiRequest;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a request says of its signature (AWS Signature Version 4), read and not yet verified.
 *
 * @param scope {@code DATE/REGION/SERVICE/aws4_request}
 * @param timestamp as signed, {@code 20260131T120000Z}
 * @param signedHeaders in lower case
 * @param sessionToken of temporary keys, or null
 * @param validFor how long a query's signature is good, or null when it does not say
 * @param query in the query rather than the headers
 */
record Signature(
    String accessKeyId,
    String scope,
    String service,
    String region,
    String timestamp,
    Instant time,
    List<String> signedHeaders,
    String signature,
    @Nullable String sessionToken,
    @Nullable Duration validFor,
    boolean query) {
  static final String ALGORITHM = "AWS4-HMAC-SHA256";
  private static final int VALID_SECONDS_MAX = 604_800;
  private static final DateTimeFormatter BASIC =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** Reads the signature of a request, or null when it carries none. */
  static @Nullable Signature of(ApiRequest request) {
    String authorization = request.headers().first("Authorization");
    Map<String, List<String>> parameters = request.parameters();
    if (authorization != null) {
      return ofHeader(authorization.strip(), request);
    }
    return parameters.containsKey("X-Amz-Algorithm") ? ofQuery(parameters) : null;
  }

  private static Signature ofHeader(String authorization, ApiRequest request) {
    int space = authorization.indexOf(' ');
    String algorithm = space < 0 ? authorization : authorization.substring(0, space);
    checkAlgorithm(algorithm);
    Map<String, String> parts = new HashMap<>();
    for (String part : authorization.substring(algorithm.length()).split(",", -1)) {
      int equals = part.indexOf('=');
      if (equals > 0) {
        parts.put(part.substring(0, equals).strip(), part.substring(equals + 1).strip());
      }
    }
    String amzDate = request.headers().first("X-Amz-Date");
    String date = amzDate == null ? request.headers().first("Date") : amzDate;
    return new Parts(
            required(parts.get("Credential"), "Authorization header", "Credential"),
            required(parts.get("SignedHeaders"), "Authorization header", "SignedHeaders"),
            required(parts.get("Signature"), "Authorization header", "Signature"),
            required(date, "Authorization header", "X-Amz-Date"))
        .signature(request.headers().first("X-Amz-Security-Token"), null, false);
  }

  private static Signature ofQuery(Map<String, List<String>> parameters) {
    checkAlgorithm(required(first(parameters, "X-Amz-Algorithm"), "query", "X-Amz-Algorithm"));
    String expires = first(parameters, "X-Amz-Expires");
    return new Parts(
            required(first(parameters, "X-Amz-Credential"), "query", "X-Amz-Credential"),
            required(first(parameters, "X-Amz-SignedHeaders"), "query", "X-Amz-SignedHeaders"),
            required(first(parameters, "X-Amz-Signature"), "query", "X-Amz-Signature"),
            required(first(parameters, "X-Amz-Date"), "query", "X-Amz-Date"))
        .signature(
            first(parameters, "X-Amz-Security-Token"),
            expires == null ? null : seconds(expires),
            true);
  }

  private record Parts(String credential, String signedHeaders, String signature, String date) {
    Signature signature(@Nullable String sessionToken, @Nullable Duration validFor, boolean query) {
      List<String> scope = List.of(credential.split("/", -1));
      if (scope.size() != 5 || !scope.get(4).equals("aws4_request")) {
        throw incomplete(
            "Credential must be KEY/DATE/REGION/SERVICE/aws4_request, not '" + credential + "'");
      }
      Instant time = time(date);
      String timestamp = BASIC.format(time);
      if (!timestamp.startsWith(scope.get(1)) || scope.get(1).length() != 8) {
        throw invalid(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from"
                + " HTTP: '"
                + scope.get(1)
                + "' != '"
                + timestamp.substring(0, 8)
                + "'");
      }
      return new Signature(
          scope.getFirst(),
          String.join("/", scope.subList(1, 5)),
          scope.get(3),
          scope.get(2),
          timestamp,
          time,
          List.of(signedHeaders.toLowerCase(Locale.ROOT).split(";", -1)),
          signature,
          sessionToken,
          validFor,
          query);
    }
  }

  private static void checkAlgorithm(String algorithm) {
    if (!algorithm.equals(ALGORITHM)) {
      throw incomplete(
          "the request is signed with "
              + (algorithm.length() > 40 ? "an unknown algorithm" : algorithm)
              + "; only "
              + ALGORITHM
              + " is supported");
    }
  }

  private static Instant time(String text) {
    try {
      return Instant.from(BASIC.parse(text));
    } catch (DateTimeException _) {
      try {
        return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      } catch (DateTimeException _) {
        throw incomplete("the date of the signature must be such as 20260131T120000Z");
      }
    }
  }

  private static Duration seconds(String text) {
    if (text.isEmpty() || text.length() > 6 || !text.chars().allMatch(Character::isDigit)) {
      throw incomplete("X-Amz-Expires must be seconds, 1 to " + VALID_SECONDS_MAX);
    }
    return Duration.ofSeconds(Math.min(Integer.parseInt(text), VALID_SECONDS_MAX));
  }

  private static @Nullable String first(Map<String, List<String>> parameters, String name) {
    List<String> values = parameters.get(name);
    return values == null ? null : values.getFirst();
  }

  private static String required(@Nullable String value, String where, String name) {
    if (value == null || value.isEmpty()) {
      throw incomplete(where + " requires '" + name + "' parameter");
    }
    return value;
  }

  private static ApiException incomplete(String why) {
    return new ApiException(AwsError.INCOMPLETE_SIGNATURE, why);
  }

  static ApiException invalid(String why) {
    return new ApiException(AwsError.INVALID_SIGNATURE, why);
  }
}
