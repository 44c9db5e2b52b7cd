package io.thingstead.authorizer;

import io.thingstead.identity.Principal;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a caller shows who wants to be let in by a custom authorizer (AWS IoT guide: "Connecting to
 * AWS IoT Core by using custom authentication").
 *
 * @param tls where it has come in
 * @param http null when there was no HTTP request
 * @param mqtt null when there was no CONNECT
 */
public record Asking(Tls tls, @Nullable Http http, @Nullable Mqtt mqtt) {
  /** Of an endpoint without rules of its own. */
  public Asking(String serverName, @Nullable Http http, @Nullable Mqtt mqtt) {
    this(new Tls(serverName, null, true, null), http, mqtt);
  }

  /** Names the authorizer. */
  public static final String NAME = "x-amz-customauthorizer-name";

  /** Carries the token's signature, Base64. */
  public static final String SIGNATURE = "x-amz-customauthorizer-signature";

  /**
   * The endpoint that it has called, and what it has shown there.
   *
   * @param serverName asked for by SNI, or empty
   * @param authorizer the endpoint's own default, or null
   * @param mayName whether a caller may name another one
   * @param certificate shown in the handshake, if the endpoint wants both; else null
   */
  public record Tls(
      String serverName,
      @Nullable String authorizer,
      boolean mayName,
      Principal.@Nullable Certificate certificate) {}

  /**
   * An HTTP request: the call itself, or that of a WebSocket.
   *
   * @param headers by name as it was sent
   * @param queryString with the question mark, or empty
   */
  public record Http(Map<String, String> headers, String queryString) {
    public Http {
      headers = Map.copyOf(headers);
    }

    /** Without what headers may hold. */
    @Override
    public String toString() {
      return "Http" + headers.keySet();
    }
  }

  /**
   * CONNECT.
   *
   * @param userName whole, with what stands behind the question mark
   */
  public record Mqtt(@Nullable String userName, byte @Nullable [] password, String clientId) {
    /** Without the password and what the user name may hold. */
    @Override
    public String toString() {
      return "Mqtt[" + clientId + "]";
    }
  }

  /** The authorizer it names, or null. Not every endpoint lets it. */
  public @Nullable String authorizer() {
    return parameter(NAME);
  }

  /** What it gives by a name: in a header, else in the query, else in the user name. */
  @Nullable String parameter(String name) {
    if (http != null) {
      for (Map.Entry<String, String> header : http.headers.entrySet()) {
        if (header.getKey().equalsIgnoreCase(name)) {
          return header.getValue();
        }
      }
      String given = parameters(http.queryString).get(name.toLowerCase(Locale.ROOT));
      if (given != null) {
        return given;
      }
    }
    String user = mqtt == null ? null : mqtt.userName;
    int question = user == null ? -1 : user.indexOf('?');
    return user == null || question < 0
        ? null
        : parameters(user.substring(question)).get(name.toLowerCase(Locale.ROOT));
  }

  /** By lower-case name; the first of two of one name. */
  private static Map<String, String> parameters(String query) {
    Map<String, String> found = new HashMap<>();
    String text = query.startsWith("?") ? query.substring(1) : query;
    for (String each : text.split("&", -1)) {
      int equals = each.indexOf('=');
      if (equals > 0) {
        found.putIfAbsent(
            each.substring(0, equals).toLowerCase(Locale.ROOT),
            decoded(each.substring(equals + 1)));
      }
    }
    return found;
  }

  private static String decoded(String value) {
    try {
      // A plus sign is one, as in a signature that was not encoded.
      return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return value;
    }
  }
}
