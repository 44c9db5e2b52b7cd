package io.thingstead.http;

import io.thingstead.api.ApiRequest;
import io.thingstead.api.Codec;
import io.thingstead.api.Operation;
import io.thingstead.api.OperationShape;
import io.thingstead.api.Service;
import io.thingstead.api.Struct;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.net.Role;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the server answers: operations of the services it knows, bound to handlers, and routes of
 * its own. It is filled by one thread before the server starts and only read after that.
 */
public final class OperationTable {
  private final List<Offer> offers = new ArrayList<>();
  private final Map<OperationShape, Bound> bound = new HashMap<>();
  private final Map<String, Route> routes = new HashMap<>();
  private final List<Between> between = new ArrayList<>();
  private Guard guard =
      (call, _, operation, _) -> {
        throw new ApiException(
            AwsError.ACCESS_DENIED,
            call.principal().id() + " is not authorized to perform " + operation.name());
      };

  /** A service, on the ports of its plane. */
  record Offer(Service service, Plane plane, Codec codec) {}

  /** A handler without its types. */
  @FunctionalInterface
  interface Bound {
    Struct handle(Call call, Struct input);
  }

  /** Offers a service: operations of it without a handler answer 501. */
  public OperationTable offer(Service service, Plane plane) {
    offers.add(new Offer(service, plane, Codec.of(service)));
    return this;
  }

  /** Lets signers who are no administrators do what the guard says; without one, nothing. */
  public OperationTable guardedBy(Guard newGuard) {
    guard = newGuard;
    return this;
  }

  Guard guard() {
    return guard;
  }

  /** Binds an operation of an offered service. */
  public <I, O> void on(Operation<I, O> operation, Handler<I, O> handler) {
    if (offers.stream().noneMatch(offer -> offer.service() == operation.service().get())) {
      throw new IllegalStateException(
          operation.service().get().name() + " must be offered before " + operation + " is bound");
    }
    Bound untyped =
        (call, input) ->
            operation.encode().apply(handler.handle(call, operation.decode().apply(input)));
    if (bound.putIfAbsent(operation.shape(), untyped) != null) {
      throw new IllegalStateException(operation + " is bound twice");
    }
  }

  /** Adds an exact path that anyone may ask for, unsigned. */
  public void route(Set<Role> roles, String method, String path, Route.OpenHandler handler) {
    add(method, path, new Route(roles, new Route.Access.Open(handler)));
  }

  /** Adds all paths that are one level below a prefix, which ends with a slash, for anyone. */
  public void routeBelow(Set<Role> roles, String method, String prefix, Route.OpenHandler handler) {
    add(method, prefix, new Route(roles, new Route.Access.Open(handler)));
  }

  /** Adds an exact path for pages that this server has served itself. */
  public void pageRoute(Set<Role> roles, String method, String path, Route.PageHandler handler) {
    add(method, path, new Route(roles, new Route.Access.OwnPages(handler)));
  }

  /** Adds an exact path for administrators, who sign the request for whichever service. */
  public void administratorRoute(
      Set<Role> roles, String method, String path, Route.SignedHandler handler) {
    add(method, path, new Route(roles, new Route.Access.Administrators(handler)));
  }

  /** Paths with one level in between; the handler finds it in the path. */
  private record Between(String method, String prefix, String suffix, Route route) {
    boolean matches(ApiRequest request) {
      String path = request.path();
      int level = path.length() - suffix.length();
      return request.method().equals(method)
          && path.startsWith(prefix)
          && path.endsWith(suffix)
          && level > prefix.length()
          && path.indexOf('/', prefix.length()) == level;
    }
  }

  /**
   * Adds all paths with one level between a prefix, which ends with a slash, and a suffix, which
   * begins with one, for devices.
   */
  public void certificateRoute(
      Set<Role> roles, String method, String prefix, String suffix, Route.SignedHandler handler) {
    Route route = new Route(roles, new Route.Access.Certificates(handler));
    between.add(new Between(method, prefix, suffix, route));
  }

  private void add(String method, String path, Route route) {
    if (routes.putIfAbsent(method + " " + path, route) != null) {
      throw new IllegalStateException("the route " + path + " is added twice");
    }
  }

  /** The offered services, in the order in which a path is looked up in them. */
  public List<Service> services() {
    return offers.stream().map(Offer::service).toList();
  }

  /** The names of a service's operations that have a handler, in order. */
  public Set<String> working(Service service) {
    Set<String> names = new TreeSet<>();
    for (OperationShape operation : service.operations()) {
      if (bound.containsKey(operation)) {
        names.add(operation.name());
      }
    }
    return names;
  }

  @Nullable Route route(ApiRequest request, Role role) {
    String path = request.path();
    Route route = routes.get(request.method() + " " + path);
    if (route == null) {
      route = routes.get(request.method() + " " + path.substring(0, path.lastIndexOf('/') + 1));
    }
    if (route == null) {
      route =
          between.stream()
              .filter(each -> each.matches(request))
              .findFirst()
              .map(Between::route)
              .orElse(null);
    }
    return route != null && route.roles().contains(role) ? route : null;
  }

  @Nullable Bound handler(OperationShape operation) {
    return bound.get(operation);
  }

  /** The services that a signing name stands for. */
  List<Offer> signedAs(String signingName) {
    return offers.stream()
        .filter(offer -> offer.service().facts().signingNames().contains(signingName))
        .toList();
  }

  /** The services that have operations for callers who prove nothing. */
  List<Offer> forAnyone() {
    return offers.stream()
        .filter(offer -> offer.service().operations().stream().anyMatch(OperationShape::unsigned))
        .toList();
  }

  /** The services that callers with a client certificate reach. */
  List<Offer> forCertificates() {
    return offers.stream().filter(offer -> offer.plane() == Plane.DATA).toList();
  }
}
