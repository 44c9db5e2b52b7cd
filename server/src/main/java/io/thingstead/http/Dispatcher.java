package io.thingstead.http;

import io.thingstead.api.ApiRequest;
import io.thingstead.api.ApiResponse;
import io.thingstead.api.Codec;
import io.thingstead.api.OperationShape;
import io.thingstead.api.Struct;
import io.thingstead.authorize.DeniedException;
import io.thingstead.engine.StoreUnavailableException;
import io.thingstead.event.Reason;
import io.thingstead.event.Refusals;
import io.thingstead.event.Tries;
import io.thingstead.http.Authentication.Caller;
import io.thingstead.http.HttpStats.Kind;
import io.thingstead.http.OperationTable.Offer;
import io.thingstead.identity.Principal;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.policy.Ruling;
import io.thingstead.net.Protocol;
import io.thingstead.net.Role;
import io.thingstead.net.Transport;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * From a request to its response: who calls, what they mean, whether they may, what it answers.
 * Runs on the virtual thread of the request; never throws.
 */
final class Dispatcher {
  private static final System.Logger LOG = System.getLogger(Dispatcher.class.getName());

  private final OperationTable table;
  private final List<Offer> anyone;
  private final Authentication authentication;
  private final Cors cors;
  private final Refusals refusals;
  private final CallPolicy policy;
  private final Audit audit;
  private final HttpStats stats;
  private final Patience patience;
  private final Tries tries;

  Dispatcher(OperationTable table, Entrance entrance, CallPolicy policy, HttpStats stats) {
    this.table = table;
    this.anyone = table.forAnyone();
    this.authentication = entrance.authentication();
    this.cors = new Cors(authentication.origins());
    this.refusals = entrance.refusals();
    this.policy = policy;
    this.audit = new Audit(entrance.audits());
    this.stats = stats;
    this.tries = entrance.tries();
    this.patience = new Patience(tries);
  }

  /** What is known of a request when it fails: for the wire form of the error, and for the log. */
  private static final class Found {
    private @Nullable Codec codec;
    private String what = "request";
    private @Nullable Call call;

    /** What it is to an operator. */
    private Audit.Sort sort = Audit.Sort.DATA;

    /** What it was to change, as far as it was read. */
    private Map<String, String> about = Map.of();

    /** Whether somebody who has signed in to the console asks. */
    private boolean byBrowser;
  }

  Reply.Response answer(ApiRequest request, Transport transport, String requestId) {
    Reply.Response answer = answered(request, transport, requestId);
    cors.share(request, transport, answer.response());
    return answer;
  }

  private Reply.Response answered(ApiRequest request, Transport transport, String requestId) {
    Found found = new Found();
    try {
      authentication.checkHost(request, transport);
      ApiResponse preflight = cors.preflight(request, transport);
      if (preflight != null) {
        return new Reply.Response(preflight);
      }
      if (!transport.carries(Protocol.HTTP)) {
        throw new ApiException(
            AwsError.UNKNOWN_OPERATION,
            "this endpoint speaks MQTT, and MQTT over WebSocket at " + WebSocketDoor.PATH);
      }
      Route route = table.route(request, transport.listener().role());
      return new Reply.Response(
          route == null
              ? operation(request, transport, requestId, found)
              : route(route, request, transport, requestId, found));
    } catch (ApiException refusal) {
      return refused(refusal, request, found, transport, requestId);
    } catch (StoreUnavailableException e) {
      LOG.log(Level.WARNING, "{0}: {1}", found.what, e.getMessage());
      ApiException refusal =
          new ApiException(AwsError.SERVICE_UNAVAILABLE, "the store takes no change now; retry");
      return refused(refusal, request, found, transport, requestId);
    } catch (RuntimeException e) {
      stats.count(Kind.FAULT);
      LOG.log(Level.ERROR, found.what + " failed", e);
      ApiException fault =
          new ApiException(
              AwsError.INTERNAL_FAILURE, "the server failed; its log names request " + requestId);
      return new Reply.Response(error(fault, request, found, requestId));
    }
  }

  private Reply.Response refused(
      ApiException refusal,
      ApiRequest request,
      Found found,
      Transport transport,
      String requestId) {
    Kind kind = Kind.of(refusal.error());
    stats.count(kind);
    String from = transport.remote().getAddress().getHostAddress();
    if (kind == Kind.UNAUTHENTICATED || kind == Kind.DENIED) {
      Call call = found.call;
      Ruling ruling = refusal instanceof DeniedException denied ? denied.because().ruling() : null;
      refusals.refused(
          call == null ? transport.account() : call.account(),
          found.what,
          "",
          ruling == null ? "" : ruling.resource(),
          call == null ? Authentication.claimed(request, transport) : call.principal().id(),
          new Reason(refusal.error().wireName() + " from " + from + ": " + refusal.text(), ruling));
      if (call != null && found.sort != Audit.Sort.DATA) {
        audit.refused(call, found.what, found.about, refusal);
      }
    } else {
      LOG.log(
          Level.DEBUG,
          "{0} from {1}: {2}: {3}",
          found.what,
          from,
          refusal.error().wireName(),
          refusal.text());
    }
    return isUnproven(found.call) && isDisbelieved(refusal, request)
        ? patience.answer(refusal, transport, shown -> error(shown, request, found, requestId))
        : new Reply.Response(error(refusal, request, found, requestId));
  }

  /** Whether nobody is known to call. */
  private static boolean isUnproven(@Nullable Call call) {
    return call == null || call.principal() instanceof Principal.Anonymous;
  }

  /** Whether a caller's proof is what is refused, and not the page that a browser shows. */
  static boolean isDisbelieved(ApiException refusal, ApiRequest request) {
    return switch (refusal.error()) {
      case EXPIRED_TOKEN,
          INCOMPLETE_SIGNATURE,
          INVALID_IDENTITY_TOKEN,
          INVALID_SIGNATURE,
          MISSING_AUTHENTICATION_TOKEN,
          NOT_AUTHORIZED,
          UNRECOGNIZED_CLIENT ->
          true;
      case ACCESS_DENIED, FORBIDDEN -> request.headers().first("Origin") == null;
      default -> false;
    };
  }

  private static ApiResponse error(
      ApiException refusal, ApiRequest request, Found found, String requestId) {
    return found.codec == null
        ? Codec.error(request, refusal, requestId)
        : found.codec.error(refusal, requestId);
  }

  private ApiResponse route(
      Route route, ApiRequest request, Transport transport, String requestId, Found found) {
    return switch (route.access()) {
      case Route.Access.Open(var handler) -> handler.answer(request);
      case Route.Access.OwnPages(var handler) -> {
        authentication.checkOwnPage(request, transport);
        yield handler.answer(request, transport);
      }
      case Route.Access.Administrators(var handler) -> {
        found.what = request.method() + " " + request.path();
        found.sort = Audit.of(request.method());
        Call call = caller(request, transport, requestId, found);
        if (!(call.principal() instanceof Principal.AccessKey key) || !key.administrator()) {
          throw new ApiException(AwsError.ACCESS_DENIED, request.path() + " is for administrators");
        }
        ApiResponse answer = handler.answer(call);
        audit.done(found.sort, call, found.what, Map.of());
        yield answer;
      }
      case Route.Access.Certificates(var handler) ->
          handler.answer(caller(request, transport, requestId, found));
    };
  }

  private ApiResponse operation(
      ApiRequest request, Transport transport, String requestId, Found found) {
    Call call = caller(request, transport, requestId, found);
    Match match = find(call, found);
    OperationShape operation = match.operation();
    found.what = match.offer().service().name() + ":" + operation.name();
    // What anyone may call is offered to everyone: clients that have no credentials yet ask for
    // some. And the console shows what devices see, so to whom it knows it offers everything.
    if (!operation.unsigned()
        && !found.byBrowser
        && !match.offer().plane().offeredBy(transport.listener().role())) {
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
    found.sort = Audit.of(match.offer().plane(), operation);
    found.about = match.labels();
    policy.check(call, match.offer().plane(), operation);
    Codec codec = match.offer().codec();
    Struct input = codec.decode(operation, match.labels(), request);
    found.about = Audit.about(input);
    if (call.principal() instanceof Principal.AccessKey key && !key.administrator()) {
      table.guard().check(call, match.offer().service(), operation, input);
    }
    Struct output = handler.handle(call, input);
    audit.done(found.sort, call, found.what, found.about);
    LOG.log(Level.DEBUG, "{0} by {1}", found.what, call.principal().id());
    ApiResponse answer = codec.encode(operation, output, requestId);
    call.notices().all().forEach(notice -> answer.headers().add(Notices.HEADER, notice));
    return answer;
  }

  private static String offered(Role role) {
    return role == Role.DEVICE ? "it serves the data plane" : "it serves the control plane";
  }

  private Call caller(ApiRequest request, Transport transport, String requestId, Found found) {
    Caller caller = authentication.caller(request, transport, this::isForAnyone);
    Call call =
        new Call(
            caller.account(),
            caller.principal(),
            requestId,
            caller.signingName(),
            transport,
            request);
    found.call = call;
    if (!isUnproven(call)) {
      tries.proven(transport.remote().getAddress());
    }
    found.byBrowser = caller.browser() != null;
    return call;
  }

  private boolean isForAnyone(ApiRequest request) {
    return anyone.stream().anyMatch(offer -> takesUnsigned(offer, request));
  }

  private static boolean takesUnsigned(Offer offer, ApiRequest request) {
    Codec.Match match = offer.codec().find(request);
    OperationShape operation = match == null ? null : match.operation();
    return operation != null && operation.unsigned();
  }

  private List<Offer> offers(Call call) {
    return switch (call.principal()) {
      case Principal.Anonymous _ when isForAnyone(call.request()) -> anyone;
      case Principal.Anonymous _ -> throw Authentication.unsigned();
      case Principal.Certificate _, Principal.Vouched _ -> table.forCertificates();
      case Principal.AccessKey _ -> table.signedAs(call.signingName());
    };
  }

  private record Match(Offer offer, OperationShape operation, Map<String, String> labels) {}

  private Match find(Call call, Found found) {
    List<Offer> offers = offers(call);
    if (offers.isEmpty()) {
      throw new ApiException(
          AwsError.INVALID_SIGNATURE,
          "Credential should be scoped to a service that is served here, not '"
              + call.signingName()
              + "'");
    }
    Offer otherMethod = null;
    for (Offer offer : offers) {
      Codec.Match match = offer.codec().find(call.request());
      OperationShape operation = match == null ? null : match.operation();
      if (match != null && operation != null) {
        found.codec = offer.codec();
        return new Match(offer, operation, match.labels());
      }
      otherMethod = match == null ? otherMethod : offer;
    }
    Offer nearest = otherMethod == null ? offers.getFirst() : otherMethod;
    found.codec = nearest.codec();
    throw nearest.codec().unknown(call.request(), otherMethod != null);
  }
}
