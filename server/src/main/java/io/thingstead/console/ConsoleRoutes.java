package io.thingstead.console;

import io.thingstead.api.ApiRequest;
import io.thingstead.api.ApiResponse;
import io.thingstead.api.Headers;
import io.thingstead.event.Refusals;
import io.thingstead.event.Tries;
import io.thingstead.event.Warnings;
import io.thingstead.http.BrowserSession;
import io.thingstead.http.Call;
import io.thingstead.http.KeyRing;
import io.thingstead.http.OperationTable;
import io.thingstead.identity.Credential;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.net.Role;
import io.thingstead.net.Transport;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Signing in and out of the console: the only calls of it that are not the public API's. */
public final class ConsoleRoutes {
  private static final String LINK = "/_thingstead/console/link";
  private static final String SESSION = "/_thingstead/console/session";
  private static final String CSRF = "x-thingstead-csrf";
  private static final Set<Role> ADMIN = Set.of(Role.ADMIN, Role.ALL);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final KeyRing keys;
  private final Sessions sessions;
  private final SignInLinks links;
  private final SignIn signIn;
  private final Refusals refusals;
  private final Whereabouts whereabouts;

  /** Tells a page where the server's devices connect. */
  @FunctionalInterface
  public interface Whereabouts {
    void describe(BrowserSession session, ObjectNode into);
  }

  /**
   * @param refusals told of those who fail to sign in
   * @param warnings told of an address from where many do
   * @param whereabouts adds where devices connect
   */
  public ConsoleRoutes(
      KeyRing keys,
      Sessions sessions,
      Refusals refusals,
      Warnings warnings,
      Whereabouts whereabouts,
      RandomGenerator random,
      InstantSource clock) {
    this.keys = keys;
    this.sessions = sessions;
    this.links = new SignInLinks(random, clock);
    this.signIn =
        new SignIn(keys, links, new Tries(SignIn.TRIES_PER_MINUTE, List.of(), warnings, clock));
    this.refusals = refusals;
    this.whereabouts = whereabouts;
  }

  public void bind(OperationTable table) {
    table.administratorRoute(ADMIN, "POST", LINK, this::link);
    table.pageRoute(ADMIN, "POST", SESSION, this::begin);
    table.pageRoute(ADMIN, "GET", SESSION, this::current);
    table.pageRoute(ADMIN, "DELETE", SESSION, this::end);
  }

  /** Makes a sign-in link for who has signed the request. */
  private ApiResponse link(Call call) {
    Credential key = keys.find(call.principal().id(), null);
    if (key == null) {
      throw new ApiException(
          AwsError.ACCESS_DENIED, "a sign-in link is made for an access key, not for a session");
    }
    // In the fragment: browsers send it to nobody, so that it is in no log and no Referer.
    ObjectNode answer =
        JSON.createObjectNode()
            .put("path", ConsoleFiles.HOME + "#sign-in=" + links.make(key))
            .put("seconds", SignInLinks.LIFETIME.toSeconds());
    return json(200, answer);
  }

  /** {@code {"link": TOKEN}} or {@code {"accessKeyId": …, "secretAccessKey": …}}. */
  private ApiResponse begin(ApiRequest request, Transport transport) {
    JsonNode given = given(request);
    InetAddress from = transport.remote().getAddress();
    Credential key;
    try {
      key =
          given.path("link").isString()
              ? signIn.byLink(transport.account(), from, given.path("link").asString())
              : signIn.byKey(
                  transport.account(),
                  from,
                  given.path("accessKeyId").asString(""),
                  given.path("secretAccessKey").asString(""));
    } catch (ApiException e) {
      refusals.refused(
          transport.account(),
          "sign-in",
          "",
          "",
          given.path("accessKeyId").asString(""),
          "from " + from.getHostAddress() + ": " + e.text());
      throw e;
    }
    String cookie = sessions.begin(key);
    BrowserSession session = sessions.find(cookie);
    if (session == null) {
      throw new ApiException(AwsError.UNAUTHORIZED, "the account of this key is not served here");
    }
    ApiResponse response = json(200, described(session));
    response.headers().add("Set-Cookie", Cookie.set(transport, cookie));
    return response;
  }

  private static JsonNode given(ApiRequest request) {
    try {
      return JSON.readTree(request.body());
    } catch (JacksonException e) {
      throw new ApiException(AwsError.INVALID_REQUEST, "the body must be JSON");
    }
  }

  private ApiResponse current(ApiRequest request, Transport transport) {
    return json(200, described(session(request, transport)));
  }

  private BrowserSession session(ApiRequest request, Transport transport) {
    BrowserSession session = sessions.find(request, transport);
    if (session == null) {
      throw new ApiException(AwsError.UNAUTHORIZED, "nobody has signed in with this browser");
    }
    return session;
  }

  private ObjectNode described(BrowserSession session) {
    ObjectNode json =
        JSON.createObjectNode()
            .put("csrfToken", session.csrfToken())
            .put("principal", session.principal().id())
            .put("account", session.account().id().digits())
            .put("region", session.account().region())
            .put("ends", session.ends().toString());
    whereabouts.describe(session, json);
    return json;
  }

  private ApiResponse end(ApiRequest request, Transport transport) {
    BrowserSession session = session(request, transport);
    if (!session.csrfToken().equals(request.headers().first(CSRF))) {
      throw new ApiException(AwsError.FORBIDDEN, "the session's token is missing in " + CSRF);
    }
    String cookie = Cookie.of(request, transport);
    if (cookie != null) {
      sessions.end(cookie);
    }
    ApiResponse response = json(200, JSON.createObjectNode());
    response.headers().add("Set-Cookie", Cookie.clear(transport));
    return response;
  }

  private static ApiResponse json(int status, ObjectNode body) {
    return new ApiResponse(
        status,
        new Headers()
            .add("Content-Type", "application/json")
            .add("Cache-Control", "no-store")
            .add("X-Content-Type-Options", "nosniff"),
        JSON.writeValueAsBytes(body));
  }
}
