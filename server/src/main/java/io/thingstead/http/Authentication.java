package io.thingstead.http;

import io.thingstead.account.Account;
import io.thingstead.api.ApiRequest;
import io.thingstead.api.iot.AuthenticationType;
import io.thingstead.authorizer.Asking;
import io.thingstead.authorizer.CustomAuthorizers;
import io.thingstead.authorizer.Vouching;
import io.thingstead.domain.Domain;
import io.thingstead.identity.Principal;
import io.thingstead.model.AccountId;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.net.Protocol;
import io.thingstead.net.Transport;
import io.thingstead.net.Transport.Opening;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who is calling whose endpoint: by the request's signature if it has one, else by the
 * cookie of a browser that has signed in to the console, else by the client certificate. Any thread
 * may use it.
 */
public final class Authentication {
  private static final String CSRF = "x-thingstead-csrf";

  /** In whose name a browser calls: what a signature's scope says. */
  private static final String SERVICE = "x-thingstead-service";

  /** Services that are the same everywhere: their clients sign for a region of their own. */
  private static final Set<String> GLOBAL = Set.of("iam", "sts");

  private final SigV4 signatures;
  private final Function<AccountId, Optional<Account>> accounts;
  private final Origins origins;
  private final Function<Account, CustomAuthorizers> authorizers;
  private final BrowserSessions browsers;

  /**
   * @param accounts the accounts served here
   * @param authorizers the custom authorizers of an account
   * @param browsers those who have signed in to the console
   */
  public Authentication(
      SigV4 signatures,
      Function<AccountId, Optional<Account>> accounts,
      Origins origins,
      Function<Account, CustomAuthorizers> authorizers,
      BrowserSessions browsers) {
    this.signatures = signatures;
    this.accounts = accounts;
    this.origins = origins;
    this.authorizers = authorizers;
    this.browsers = browsers;
  }

  /**
   * A caller, proven.
   *
   * @param account whose things it is about
   * @param signingName the service in the credential scope; empty with a client certificate
   * @param browser the session of one who has signed in to the console, or null
   */
  record Caller(
      Account account, Principal principal, String signingName, @Nullable BrowserSession browser) {
    Caller(Account account, Principal principal, String signingName) {
      this(account, principal, signingName, null);
    }

    boolean signed() {
      return !signingName.isEmpty();
    }
  }

  /** Which web pages may call. */
  Origins origins() {
    return origins;
  }

  /** Refuses with Forbidden what reached a port without TLS by a name that is not the server's. */
  void checkHost(ApiRequest request, Transport transport) {
    origins.checkHost(request, transport);
  }

  /** Refuses with Forbidden what a page that is not the server's own asks. */
  void checkOwnPage(ApiRequest request, Transport transport) {
    origins.checkOwnPage(request, transport);
  }

  /**
   * Who sent a request.
   *
   * @param forAnyone whether a request without a signature needs none
   * @throws ApiException with the name that the cloud's services give to what is wrong
   */
  Caller caller(ApiRequest request, Transport transport, Predicate<ApiRequest> forAnyone) {
    SigV4.Signed signed = signatures.verify(request);
    // A page that signs has proven more than its origin; a browser's certificate is not the page's.
    if (signed == null || !transport.secure()) {
      origins.checkOrigin(request, transport);
    }
    if (signed != null) {
      return signed(signed, transport.domain());
    }
    if (forAnyone.test(request)) {
      return new Caller(transport.account(), new Principal.Anonymous("anonymous"), "");
    }
    // Where one proof is demanded, a cookie is none.
    BrowserSession browser =
        transport.domain().authenticationType() == AuthenticationType.DEFAULT
            ? browsers.find(request, transport)
            : null;
    return browser == null ? unsigned(request, transport) : signedIn(browser, request, transport);
  }

  /**
   * Who opens a WebSocket. A page cannot add headers to it, so that its origin, which the browser
   * vouches for, has to do instead of the CSRF token.
   */
  Caller webSocketCaller(ApiRequest request, Transport transport) {
    BrowserSession browser = ofOwnPage(request, transport);
    return browser == null
        ? caller(request, transport, _ -> false)
        : new Caller(browser.account(), browser.principal(), "", browser);
  }

  /** Whether the console's own page opens a WebSocket for somebody who has signed in to it. */
  boolean isSignedIn(ApiRequest request, Transport transport) {
    return ofOwnPage(request, transport) != null;
  }

  private @Nullable BrowserSession ofOwnPage(ApiRequest request, Transport transport) {
    return transport.domain().authenticationType() == AuthenticationType.DEFAULT
            && origins.isOwnPage(request, transport)
        ? browsers.find(request, transport)
        : null;
  }

  private Caller signedIn(BrowserSession browser, ApiRequest request, Transport transport) {
    origins.checkOwnPage(request, transport);
    String token = request.headers().first(CSRF);
    if (token == null || !same(token, browser.csrfToken())) {
      throw new ApiException(
          AwsError.FORBIDDEN,
          "a browser that has signed in must send the session's token in " + CSRF);
    }
    String service = request.headers().first(SERVICE);
    return new Caller(
        browser.account(), browser.principal(), service == null ? "iot" : service, browser);
  }

  private static boolean same(String one, String other) {
    return MessageDigest.isEqual(
        one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
  }

  private Caller signed(SigV4.Signed signed, Domain domain) {
    if (!domain.accepts(AuthenticationType.AWS_SIGV4)) {
      throw new ApiException(
          AwsError.FORBIDDEN,
          "domain configuration %s has authenticationType %s, so it takes no signatures"
              .formatted(domain.configuration(), domain.authenticationType()));
    }
    if (!domain.ofAccount() && !domain.account().id().equals(signed.credential().account())) {
      throw new ApiException(
          AwsError.FORBIDDEN,
          "the key is of another account than domain configuration " + domain.configuration());
    }
    Account account =
        accounts
            .apply(signed.credential().account())
            .orElseThrow(
                () ->
                    new ApiException(
                        AwsError.UNRECOGNIZED_CLIENT, "the key's account is not served here"));
    if (!signed.region().equals(account.region()) && !GLOBAL.contains(signed.signingName())) {
      throw Signature.invalid(
          "Credential should be scoped to a valid region, not '"
              + signed.region()
              + "'. This account's is '"
              + account.region()
              + "'.");
    }
    return new Caller(account, signed.credential().principal(), signed.signingName());
  }

  private Caller unsigned(ApiRequest request, Transport transport) {
    return switch (transport.domain().authenticationType()) {
      case DEFAULT -> {
        Asking asking = asking(request, transport);
        yield asking == null ? proven(transport) : vouched(asking, transport);
      }
      case AWS_X509 -> new Caller(transport.account(), certificate(transport), "");
      case AWS_SIGV4 -> throw unsigned();
      case CUSTOM_AUTH -> vouched(asking(request, transport, null), transport);
      case CUSTOM_AUTH_X509 ->
          vouched(asking(request, transport, certificate(transport)), transport);
    };
  }

  /** The certificate that the endpoint wants. */
  private static Principal.Certificate certificate(Transport transport) {
    if (!(transport.principal() instanceof Principal.Certificate certificate)) {
      throw new ApiException(
          AwsError.FORBIDDEN,
          "domain configuration %s wants a client certificate, and there is none"
              .formatted(transport.domain().configuration()));
    }
    requireActive(certificate, transport);
    return certificate;
  }

  private static void requireActive(Principal.Certificate certificate, Transport transport) {
    if (!certificate.active()) {
      throw new ApiException(
          AwsError.FORBIDDEN, "the certificate may not call: " + transport.inactiveBecause());
    }
  }

  private static Caller proven(Transport transport) {
    Principal principal = transport.principal();
    if (principal instanceof Principal.Certificate certificate) {
      requireActive(certificate, transport);
      return new Caller(transport.account(), certificate, "");
    }
    // Where anyone may speak MQTT, anyone may do so over WebSocket; what else he asks is refused.
    if (principal instanceof Principal.Anonymous nobody
        && transport.listener().carries(Protocol.MQTT)) {
      return new Caller(transport.account(), nobody, "");
    }
    throw unsigned();
  }

  /**
   * What a custom authorizer would be asked about a request without a signature (AWS IoT guide:
   * "Connecting to AWS IoT Core by using custom authentication"); null when it has another proof,
   * or nobody would be asked.
   */
  private @Nullable Asking asking(ApiRequest request, Transport transport) {
    Asking asking = asking(request, transport, null);
    boolean asks = transport.principal() == null || asking.authorizer() != null;
    return asks && authorizers.apply(transport.account()).offers(asking) ? asking : null;
  }

  /**
   * @param certificate what the caller had to show as well, or null
   */
  private static Asking asking(
      ApiRequest request, Transport transport, Principal.@Nullable Certificate certificate) {
    Opening opening = opening(request);
    Domain domain = transport.domain();
    return new Asking(
        new Asking.Tls(
            transport.domainName(), domain.authorizer(), domain.mayNameAuthorizer(), certificate),
        new Asking.Http(opening.headers(), opening.query().isEmpty() ? "" : "?" + opening.query()),
        null);
  }

  private static Opening opening(ApiRequest request) {
    Map<String, String> headers = new LinkedHashMap<>();
    request.headers().asMap().forEach((name, values) -> headers.put(name, values.getFirst()));
    return new Opening(headers, request.query());
  }

  private Caller vouched(Asking asking, Transport transport) {
    CustomAuthorizers asked = authorizers.apply(transport.account());
    return switch (asked.vouchForRequest(asking, transport.remote())) {
      case Vouching.Vouched vouched -> new Caller(transport.account(), vouched.principal(), "");
      case Vouching.Refused(String why) -> throw new ApiException(AwsError.FORBIDDEN, why);
    };
  }

  /**
   * The request of a WebSocket whose client is asked who it is when it connects, for then a custom
   * authorizer sees all that it shows; null when it must prove itself now.
   */
  @Nullable Opening askedLater(ApiRequest request, Transport transport) {
    if (Signature.of(request) != null || !isAskedLater(request, transport)) {
      return null;
    }
    if (!transport.secure()) {
      origins.checkOrigin(request, transport);
    }
    return opening(request);
  }

  private boolean isAskedLater(ApiRequest request, Transport transport) {
    return switch (transport.domain().authenticationType()) {
      case DEFAULT -> asking(request, transport) != null;
      case CUSTOM_AUTH -> true;
      case AWS_X509, AWS_SIGV4, CUSTOM_AUTH_X509 -> false;
    };
  }

  /** The refusal of a caller who has proven nothing. */
  static ApiException unsigned() {
    return new ApiException(
        AwsError.MISSING_AUTHENTICATION_TOKEN,
        "Missing Authentication Token: sign the request (SigV4) or connect with a client"
            + " certificate");
  }

  /** Whom a request that is refused says it is from. */
  static String claimed(ApiRequest request, Transport transport) {
    try {
      Signature signature = Signature.of(request);
      if (signature != null) {
        return signature.accessKeyId();
      }
    } catch (ApiException _) {
      return ""; // it says nothing that can be read
    }
    return transport.principal() == null ? "" : transport.principal().id();
  }
}
