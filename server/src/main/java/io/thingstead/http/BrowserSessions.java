package io.thingstead.http;

import io.thingstead.api.ApiRequest;
import io.thingstead.net.Transport;
import org.jspecify.annotations.Nullable;

/** Finds who has signed in by the cookie that a request carries. Any thread may ask. */
@FunctionalInterface
public interface BrowserSessions {
  /** The session of the request's cookie, or null when there is none, or it has ended. */
  @Nullable BrowserSession find(ApiRequest request, Transport transport);
}
