package io.thingstead.http;

import io.thingstead.account.Account;
import io.thingstead.api.ApiRequest;
import io.thingstead.api.ApiResponse;
import io.thingstead.api.OperationShape;
import io.thingstead.api.RestJson;
import io.thingstead.api.Routes;
import io.thingstead.api.Service;
import io.thingstead.api.Struct;
import io.thingstead.engine.StoreUnavailableException;
import io.thingstead.http.HttpStats.Kind;
import io.thingstead.http.OperationTable.Offer;
import io.thingstead.identity.Principal;
import io.thingstead.model.AccountId;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.net.Role;
import io.thingstead.net.Transport;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * From a request to its response: who calls, what they mean, whether they may, what it answers.
 * Runs on the virtual thread of the request; never throws.
 */
final class Dispatcher {
  private static final System.Logger LOG = System.getLogger(Dispatcher.class.getName());

  private final OperationTable table;
  private final SigV4 signatures;
  private final Function<AccountId, Optional<Account>> accounts;
  private final CallPolicy policy;
  private final HttpStats stats;

  Dispatcher(
      OperationTable table,
      SigV4 signatures,
      Function<AccountId, Optional<Account>> accounts,
      CallPolicy policy,
      HttpStats stats) {
    this.table = table;
    this.signatures = signatures;
    this.accounts = accounts;
    this.policy = policy;
    this.stats = stats;
  }

  /** The operation that a request turned out to mean, for the wire form of an error. */
  private static final class Found {
    private @Nullable Service service;
    private String what = "unknown";
  }

  ApiResponse answer(ApiRequest request, Transport transport, String requestId) {
    Found found = new Found();
    try {
      Route route = table.route(request, transport.listener().role());
      return route == null
          ? operation(request, transport, requestId, found)
          : route(route, request, transport, requestId);
    } catch (ApiException refusal) {
      return refused(refusal, found, transport, requestId);
    } catch (StoreUnavailableException e) {
      LOG.log(Level.WARNING, "request={0} {1}: {2}", requestId, found.what, e.getMessage());
      ApiException refusal =
          new ApiException(AwsError.SERVICE_UNAVAILABLE, "the store takes no change now; retry");
      return refused(refusal, found, transport, requestId);
    } catch (RuntimeException e) {
      stats.count(Kind.FAULT);
      LOG.log(Level.ERROR, "request=" + requestId + " " + found.what + " failed", e);
      ApiException fault =
          new ApiException(
              AwsError.INTERNAL_FAILURE, "the server failed; its log names request " + requestId);
      return error(fault, found, requestId);
    }
  }

  private ApiResponse refused(
      ApiException refusal, Found found, Transport transport, String requestId) {
    stats.count(kind(refusal.error()));
    LOG.log(
        Level.DEBUG,
        "request={0} {1} from {2}: {3}: {4}",
        requestId,
        found.what,
        transport.remote().getAddress().getHostAddress(),
        refusal.error().wireName(),
        refusal.text());
    return error(refusal, found, requestId);
  }

  private static ApiResponse error(ApiException refusal, Found found, String requestId) {
    return found.service == null
        ? RestJson.error(refusal)
        : RestJson.error(found.service, refusal, requestId);
  }

  private static Kind kind(AwsError error) {
    return switch (error) {
      case EXPIRED_TOKEN,
          INCOMPLETE_SIGNATURE,
          INVALID_SIGNATURE,
          MISSING_AUTHENTICATION_TOKEN,
          UNRECOGNIZED_CLIENT ->
          Kind.UNAUTHENTICATED;
      case ACCESS_DENIED, FORBIDDEN, UNAUTHORIZED -> Kind.DENIED;
      case UNKNOWN_OPERATION, METHOD_NOT_ALLOWED -> Kind.UNKNOWN_OPERATION;
      case NOT_IMPLEMENTED -> Kind.NOT_IMPLEMENTED;
      case SERVICE_UNAVAILABLE -> Kind.OVERLOADED;
      default -> Kind.REFUSED;
    };
  }

  private ApiResponse route(
      Route route, ApiRequest request, Transport transport, String requestId) {
    return switch (route.access()) {
      case Route.Access.Open(var handler) -> handler.answer(request);
      case Route.Access.Administrators(var handler) -> {
        Call call = caller(request, transport, requestId);
        if (!(call.principal() instanceof Principal.AccessKey key) || !key.administrator()) {
          throw new ApiException(AwsError.ACCESS_DENIED, request.path() + " is for administrators");
        }
        yield handler.answer(call);
      }
    };
  }

  private ApiResponse operation(
      ApiRequest request, Transport transport, String requestId, Found found) {
    Call call = caller(request, transport, requestId);
    Match match = find(call, found);
    OperationShape operation = match.operation();
    found.what = match.offer().service().name() + ":" + operation.name();
    if (!match.offer().plane().offeredBy(transport.listener().role())) {
      throw new ApiException(
          AwsError.ACCESS_DENIED,
          operation.name()
              + " is not offered on this port: "
              + offered(transport.listener().role()));
    }
    OperationTable.Bound handler = table.handler(operation);
    if (handler == null) {
      throw new ApiException(
          AwsError.NOT_IMPLEMENTED, operation.name() + " is not implemented by this server");
    }
    policy.check(call, match.offer().plane(), operation);
    Struct input =
        RestJson.decode(match.offer().service(), operation, match.found().labels(), request);
    Struct output = handler.handle(call, input);
    LOG.log(Level.DEBUG, "request={0} {1} by {2}", requestId, found.what, call.principal().id());
    return RestJson.encode(operation, output);
  }

  private static String offered(Role role) {
    return role == Role.DEVICE ? "it serves the data plane" : "it serves the control plane";
  }

  private Call caller(ApiRequest request, Transport transport, String requestId) {
    SigV4.Signed signed = signatures.verify(request);
    if (signed != null) {
      Account account =
          accounts
              .apply(signed.credential().account())
              .orElseThrow(
                  () ->
                      new ApiException(
                          AwsError.UNRECOGNIZED_CLIENT, "the key's account is not served here"));
      Principal principal = signed.credential().principal();
      return new Call(account, principal, requestId, signed.signingName(), transport, request);
    }
    if (transport.principal() instanceof Principal.Certificate certificate) {
      if (!certificate.active()) {
        throw new ApiException(
            AwsError.FORBIDDEN, "the certificate may not call: " + transport.inactiveBecause());
      }
      return new Call(transport.account(), certificate, requestId, "", transport, request);
    }
    throw new ApiException(
        AwsError.MISSING_AUTHENTICATION_TOKEN,
        "Missing Authentication Token: sign the request (SigV4) or connect with a client"
            + " certificate");
  }

  private record Match(Offer offer, Routes.Match found, OperationShape operation) {}

  private Match find(Call call, Found found) {
    boolean certificate = call.principal() instanceof Principal.Certificate;
    List<Offer> offers = certificate ? table.forCertificates() : table.signedAs(call.signingName());
    if (offers.isEmpty()) {
      throw new ApiException(
          AwsError.INVALID_SIGNATURE,
          "Credential should be scoped to a service that is served here, not '"
              + call.signingName()
              + "'");
    }
    Service otherMethod = null;
    for (Offer offer : offers) {
      Routes.Match match = offer.routes().find(call.request());
      if (match != null && match.operation() != null) {
        found.service = offer.service();
        return new Match(offer, match, match.operation());
      }
      otherMethod = match == null ? otherMethod : offer.service();
    }
    throw unknown(
        call.request(),
        otherMethod == null ? offers.getFirst().service() : otherMethod,
        otherMethod != null,
        found);
  }

  private static ApiException unknown(
      ApiRequest request, Service service, boolean otherMethod, Found found) {
    found.service = service;
    boolean saysSo = service.error(AwsError.METHOD_NOT_ALLOWED.wireName()) != null;
    return otherMethod && saysSo
        ? new ApiException(
            AwsError.METHOD_NOT_ALLOWED, request.method() + " is not allowed on this path")
        : new ApiException(
            AwsError.UNKNOWN_OPERATION,
            "no operation of " + service.name() + " is " + request.method() + " on this path");
  }
}
