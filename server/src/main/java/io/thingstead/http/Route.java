package io.thingstead.http;

import io.thingstead.api.ApiRequest;
import io.thingstead.api.ApiResponse;
import io.thingstead.net.Role;
import io.thingstead.net.Transport;
import java.util.Set;

/**
 * An exact path that is no operation of a service.
 *
 * @param roles the ports that have it
 */
public record Route(Set<Role> roles, Access access) {
  /** Who may ask. */
  public sealed interface Access {
    /** Anyone, unsigned. */
    record Open(OpenHandler handler) implements Access {}

    /** A page of our own in anyone's browser, which the handler finds out about. */
    record OwnPages(PageHandler handler) implements Access {}

    /** An administrator, by signature; the service in the scope does not matter. */
    record Administrators(SignedHandler handler) implements Access {}

    /** A device, by its client certificate. */
    record Certificates(SignedHandler handler) implements Access {}
  }

  /** Answers on a virtual thread. */
  @FunctionalInterface
  public interface OpenHandler {
    ApiResponse answer(ApiRequest request);
  }

  /** Answers on a virtual thread. */
  @FunctionalInterface
  public interface PageHandler {
    ApiResponse answer(ApiRequest request, Transport transport);
  }

  /** Answers on a virtual thread. */
  @FunctionalInterface
  public interface SignedHandler {
    ApiResponse answer(Call call);
  }
}
