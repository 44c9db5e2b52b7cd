package io.thingstead.http;

import io.thingstead.api.ApiRequest;
import io.thingstead.api.ApiResponse;
import io.thingstead.api.Headers;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.net.Transport;
import org.jspecify.annotations.Nullable;

/**
 * Lets web pages read the answers to what they ask (Fetch standard, "CORS protocol"): over TLS
 * those of every origin, as the cloud does, since a signature proves more than an origin; without
 * TLS those that {@link Origins} lets call. A page never calls with what is the browser's own, such
 * as a certificate, and the server's own paths are not shared. Any thread may use it.
 */
final class Cors {
  private static final String OWN_PATHS = "/_thingstead/";
  private static final String METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";
  private static final String EXPOSED = "x-amzn-RequestId, x-amzn-ErrorType, x-thingstead-warning";
  private static final String REMEMBERED_SECONDS = "600";

  private final Origins origins;

  Cors(Origins origins) {
    this.origins = origins;
  }

  /** The answer to a browser that asks whether a page may ask; null to anything else. */
  @Nullable ApiResponse preflight(ApiRequest request, Transport transport) {
    Headers headers = request.headers();
    boolean asks =
        request.method().equals("OPTIONS")
            && headers.first("Origin") != null
            && headers.first("Access-Control-Request-Method") != null;
    if (!asks) {
      return null;
    }
    if (!shares(request, transport)) {
      throw new ApiException(
          AwsError.FORBIDDEN,
          "a page of the origin '"
              + headers.first("Origin")
              + "' may not call this; allow it with the setting allow-origin");
    }
    Headers answer =
        new Headers()
            .add("Access-Control-Allow-Methods", METHODS)
            .add("Access-Control-Max-Age", REMEMBERED_SECONDS);
    String wanted = headers.first("Access-Control-Request-Headers");
    if (wanted != null) {
      answer.add("Access-Control-Allow-Headers", wanted);
    }
    return new ApiResponse(204, answer, new byte[0]);
  }

  /** Marks an answer as one that the page may read which asked. */
  void share(ApiRequest request, Transport transport, ApiResponse answer) {
    String origin = request.headers().first("Origin");
    if (origin != null && shares(request, transport)) {
      answer
          .headers()
          .add("Access-Control-Allow-Origin", origin)
          .add("Access-Control-Expose-Headers", EXPOSED)
          .add("Vary", "Origin");
    }
  }

  private boolean shares(ApiRequest request, Transport transport) {
    return !request.path().startsWith(OWN_PATHS)
        && (transport.secure() || origins.allows(request, transport));
  }
}
