package io.thingstead.http;

import io.thingstead.api.ApiRequest;
import io.thingstead.api.ApiResponse;
import io.thingstead.api.Headers;
import io.thingstead.api.RestJson;
import io.thingstead.http.Authentication.Caller;
import io.thingstead.http.HttpStats.Kind;
import io.thingstead.identity.Principal;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.net.Protocol;
import io.thingstead.net.Role;
import io.thingstead.net.Transport;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides who may open a WebSocket for MQTT (RFC 6455 section 4.2; AWS IoT guide: "MQTT over
 * WebSocket"). Runs on the virtual thread of the request; never throws.
 */
final class WebSocketDoor {
  static final String PATH = "/mqtt";

  private static final System.Logger LOG = System.getLogger(WebSocketDoor.class.getName());

  /** Services in whose name a WebSocket may be signed; the first is the device SDKs'. */
  private static final Set<String> SERVICES =
      Set.of("iotdevicegateway", "iotdata", "iot-jobs-data");

  private static final Set<String> SUBPROTOCOLS = Set.of("mqtt", "mqttv3.1");
  private static final int KEY_BYTES = 16;
  private static final int UPGRADE_REQUIRED = 426;

  private final Entrance entrance;
  private final InstantSource clock;
  private final HttpStats stats;

  WebSocketDoor(Entrance entrance, InstantSource clock, HttpStats stats) {
    this.entrance = entrance;
    this.clock = clock;
    this.stats = stats;
  }

  Reply open(ApiRequest request, Transport transport) {
    try {
      return upgrade(request, transport);
    } catch (NotWebSocketException e) {
      ApiException refusal =
          new ApiException(AwsError.INVALID_REQUEST, String.valueOf(e.getMessage()));
      tell(refusal, request, transport);
      ApiResponse form = RestJson.error(refusal);
      Headers headers = form.headers();
      headers.add("Upgrade", "websocket").add("Sec-WebSocket-Version", "13");
      return new Reply.Response(new ApiResponse(UPGRADE_REQUIRED, headers, form.body()));
    } catch (ApiException refusal) {
      tell(refusal, request, transport);
      return Dispatcher.isDisbelieved(refusal, request)
          ? new Patience(entrance.tries()).answer(refusal, transport, RestJson::error)
          : new Reply.Response(RestJson.error(refusal));
    } catch (RuntimeException e) {
      stats.count(Kind.FAULT);
      LOG.log(System.Logger.Level.ERROR, "a WebSocket could not be opened", e);
      return new Reply.Response(
          RestJson.error(
              new ApiException(
                  AwsError.INTERNAL_FAILURE,
                  "the server failed; its log says more, by the id in x-amzn-RequestId")));
    }
  }

  private void tell(ApiException refusal, ApiRequest request, Transport transport) {
    stats.count(Kind.of(refusal.error()));
    entrance
        .refusals()
        .refused(
            transport.account(),
            "connect",
            "",
            "",
            Authentication.claimed(request, transport),
            "WebSocket from " + transport.remote() + ": " + refusal.text());
  }

  /** A request that begins no WebSocket of the one version there is. */
  private static final class NotWebSocketException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotWebSocketException(String why) {
      super(why, null, false, false);
    }
  }

  private Reply.Upgrade upgrade(ApiRequest request, Transport transport) {
    String key = key(request);
    String subprotocol = subprotocol(request);
    entrance.authentication().checkHost(request, transport);
    boolean offered = transport.carries(Protocol.WEBSOCKET);
    // Who has signed in to the console needs nobody to vouch for them.
    Transport.Opening later =
        offered && !entrance.authentication().isSignedIn(request, transport)
            ? entrance.authentication().askedLater(request, transport)
            : null;
    if (later != null) {
      return new Reply.Upgrade(transport.openedBy(later), subprotocol, key, null);
    }
    Caller caller = caller(request, transport);
    if (caller.signed() && !SERVICES.contains(caller.signingName())) {
      throw Signature.invalid(
          "Credential should be scoped to correct service: 'iotdevicegateway', not '"
              + caller.signingName()
              + "'");
    }
    entrance.tries().proven(transport.remote().getAddress());
    Transport known = transport.of(caller.account(), caller.principal());
    return new Reply.Upgrade(known, subprotocol, key, lifetime(caller, known));
  }

  /** A port for administrators offers MQTT to the console alone. */
  private Caller caller(ApiRequest request, Transport transport) {
    boolean offered = transport.carries(Protocol.WEBSOCKET);
    boolean console =
        transport.listener().role() == Role.ADMIN
            && entrance.authentication().isSignedIn(request, transport);
    if (!offered && !console) {
      throw new ApiException(
          AwsError.ACCESS_DENIED,
          transport.listener().carries(Protocol.WEBSOCKET)
              ? "domain configuration %s offers no MQTT over WebSocket"
                  .formatted(transport.domain().configuration())
              : "the port " + transport.local() + " does not offer MQTT");
    }
    return entrance.authentication().webSocketCaller(request, transport);
  }

  private @Nullable Duration lifetime(Caller caller, Transport known) {
    BrowserSession browser = caller.browser();
    if (browser != null) {
      Duration left = Duration.between(clock.instant(), browser.ends());
      return left.isNegative() ? Duration.ZERO : left;
    }
    return caller.signed()
        ? lifetime(known.limits().connect().signedLifetime(), caller.principal(), clock.instant())
        : null;
  }

  /** That of a signature, but a session's connection ends with the session. */
  static Duration lifetime(Duration most, Principal principal, Instant now) {
    if (principal instanceof Principal.AccessKey key && key.session() != null) {
      Duration left = Duration.between(now, key.session().ends());
      return left.compareTo(most) < 0 ? left : most;
    }
    return most;
  }

  private static String key(ApiRequest request) {
    if (!request.method().equals("GET")) {
      throw new ApiException(AwsError.METHOD_NOT_ALLOWED, "a WebSocket is opened by GET");
    }
    if (!says(request, "Connection", "upgrade") || !says(request, "Upgrade", "websocket")) {
      throw new NotWebSocketException(
          "here MQTT over WebSocket is spoken: send Connection: Upgrade and Upgrade: websocket");
    }
    if (!"13".equals(request.headers().first("Sec-WebSocket-Version"))) {
      throw new NotWebSocketException("Sec-WebSocket-Version must be 13");
    }
    String key = request.headers().first("Sec-WebSocket-Key");
    if (key == null || !isKey(key.strip())) {
      throw new ApiException(
          AwsError.INVALID_REQUEST, "Sec-WebSocket-Key must be 16 bytes in Base64");
    }
    return key.strip();
  }

  private static boolean isKey(String key) {
    try {
      return Base64.getDecoder().decode(key).length == KEY_BYTES;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  private static String subprotocol(ApiRequest request) {
    List<String> offered = tokens(request, "Sec-WebSocket-Protocol");
    for (String each : offered) {
      if (SUBPROTOCOLS.contains(each)) {
        return each;
      }
    }
    throw new ApiException(
        AwsError.INVALID_REQUEST,
        "Sec-WebSocket-Protocol must offer mqtt (or mqttv3.1), "
            + (offered.isEmpty() ? "and is missing" : "not " + String.join(", ", offered)));
  }

  private static boolean says(ApiRequest request, String header, String token) {
    return tokens(request, header).stream().anyMatch(token::equalsIgnoreCase);
  }

  private static List<String> tokens(ApiRequest request, String header) {
    return request.headers().all(header).stream()
        .flatMap(value -> List.of(value.split(",", -1)).stream())
        .map(String::strip)
        .filter(token -> !token.isEmpty())
        .toList();
  }
}
