package io.thingstead.console;

import io.thingstead.api.ApiRequest;
import io.thingstead.net.Transport;
import org.jspecify.annotations.Nullable;

/**
 * The cookie that holds a session's token (RFC 6265bis): no script can read it, no other site's
 * page makes the browser send it, and no other host can have set it. Browsers do not tell ports
 * apart, so its name does: two servers on one machine do not sign each other's people out.
 */
final class Cookie {
  private static final String ATTRIBUTES = "; Path=/; HttpOnly; SameSite=Strict";

  private Cookie() {}

  private static String name(Transport transport) {
    String name = "thingstead-" + transport.local().getPort();
    return transport.secure() ? "__Host-" + name : name;
  }

  /** The token in a request, or null. */
  static @Nullable String of(ApiRequest request, Transport transport) {
    String begin = name(transport) + "=";
    for (String field : request.headers().all("Cookie")) {
      for (String pair : field.split(";", -1)) {
        if (pair.strip().startsWith(begin)) {
          return pair.strip().substring(begin.length());
        }
      }
    }
    return null;
  }

  /** What has a browser keep the token until it is closed. */
  static String set(Transport transport, String token) {
    return name(transport) + "=" + token + ATTRIBUTES + (transport.secure() ? "; Secure" : "");
  }

  /** What has it forget it. */
  static String clear(Transport transport) {
    return set(transport, "") + "; Max-Age=0";
  }
}
