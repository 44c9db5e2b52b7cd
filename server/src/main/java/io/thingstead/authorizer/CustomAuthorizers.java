package io.thingstead.authorizer;

import io.thingstead.account.Account;
import io.thingstead.account.Rate;
import io.thingstead.authorizer.Vouching.Refused;
import io.thingstead.authorizer.Vouching.Vouched;
import io.thingstead.event.Tries;
import io.thingstead.function.FunctionCalls;
import io.thingstead.function.FunctionResult;
import io.thingstead.function.Invoker;
import io.thingstead.identity.Principal;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Limits;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Asks the functions of an account who its callers are. It calls functions, so it is for virtual
 * threads.
 */
public final class CustomAuthorizers implements Vouchers {
  /** A function has so long to answer (AWS IoT guide: "Custom authentication workflow"). */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final int CACHED_MAX = 1000;
  private static final int ADDRESSES_MAX = 10_000;
  private static final int MILLIS = 1000;

  private final AuthorizerStore store;
  private final FunctionCalls functions;
  private final Function<String, @Nullable String> certificates;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Limits.Authorizers limits;
  private final @Nullable Rate calls;
  private final Map<CacheKey, Cached> cache = bounded(CACHED_MAX);
  private final Map<Object, Rate> failures = bounded(ADDRESSES_MAX);

  private record CacheKey(
      InetSocketAddress connection, String authorizer, long modified, String shown) {}

  private record Cached(Vouched vouched, long untilMillis) {}

  /**
   * @param certificates a registered certificate in PEM form, by its id
   */
  public CustomAuthorizers(
      Account account,
      AuthorizerStore store,
      FunctionCalls functions,
      Function<String, @Nullable String> certificates,
      InstantSource clock,
      RandomGenerator random) {
    this.store = store;
    this.functions = functions;
    this.certificates = certificates;
    this.clock = clock;
    this.random = random;
    limits = account.limits().authorizers();
    calls = Rate.of(limits.perSecond());
  }

  private static <K, V> Map<K, V> bounded(int most) {
    return new LinkedHashMap<>() {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > most;
      }
    };
  }

  public AuthorizerStore store() {
    return store;
  }

  @Override
  public boolean offers(Asking asking) {
    return chosen(asking) != null;
  }

  /**
   * Lets an authorizer decide about one request over HTTP; its answer holds for further ones of the
   * same connection that show the same, if the authorizer is made so.
   *
   * @param remote the connection's other end
   */
  public Vouching vouchForRequest(Asking asking, InetSocketAddress remote) {
    String name = chosen(asking);
    AuthorizerRow row = name == null ? null : store.find(name);
    if (name == null || row == null || !row.caching() || !row.active()) {
      return vouch(asking, remote);
    }
    CacheKey key = new CacheKey(remote, name, row.modifiedMillis(), shown(asking));
    synchronized (cache) {
      Cached known = cache.get(key);
      if (known != null && known.untilMillis > clock.millis()) {
        return known.vouched;
      }
    }
    Vouching answer = vouch(asking, remote);
    if (answer instanceof Vouched vouched) {
      synchronized (cache) {
        cache.put(
            key,
            new Cached(vouched, clock.millis() + (long) vouched.refreshAfterSeconds() * MILLIS));
      }
    }
    return answer;
  }

  /**
   * The one it names, if the endpoint lets it; else the endpoint's; else the account's default (AWS
   * IoT guide: "Configurable endpoints").
   */
  private @Nullable String chosen(Asking asking) {
    String own = asking.tls().authorizer();
    String named = own == null || asking.tls().mayName() ? asking.authorizer() : null;
    String chosen = named == null ? own : named;
    return chosen == null ? store.defaultName() : chosen;
  }

  /** A digest of all by which a function might tell callers apart. */
  private static String shown(Asking asking) {
    Asking.Http http = asking.http();
    Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    if (http != null) {
      all.putAll(http.headers());
      all.put("?", http.queryString());
    }
    // These frame the body.
    all.keySet().removeAll(Set.of("Content-Length", "Content-Type"));
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(all.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Override
  public Vouching vouch(Asking asking, InetSocketAddress remote) {
    String address = remote.getAddress().getHostAddress();
    Object key = Tries.key(remote.getAddress());
    if (isBlocked(key)) {
      return new Refused("too many callers from " + address + " were refused: wait a second");
    }
    Vouching answer = decide(asking);
    if (answer instanceof Refused) {
      failed(key);
    }
    return answer;
  }

  private boolean isBlocked(Object address) {
    synchronized (failures) {
      Rate rate = failures.get(address);
      // What is owed from refusals must be paid off first.
      return rate != null && rate.owe(clock.millis(), 0) > 0;
    }
  }

  private void failed(Object address) {
    synchronized (failures) {
      Rate rate = failures.get(address);
      if (rate == null) {
        rate = Rate.of(limits.failuresPerSecond());
        if (rate == null) {
          return; // not limited
        }
        failures.put(address, rate);
      }
      var _ = rate.owe(clock.millis(), 1);
    }
  }

  private Vouching decide(Asking asking) {
    String name = chosen(asking);
    if (name == null) {
      return new Refused("it names no custom authorizer and the account has no default");
    }
    AuthorizerRow row = store.find(name);
    if (row == null) {
      return new Refused("there is no custom authorizer " + name);
    }
    if (!row.active()) {
      return new Refused("custom authorizer " + name + " is INACTIVE");
    }
    String token = row.tokenKeyName() == null ? null : asking.parameter(row.tokenKeyName());
    if (!row.signingDisabled()) {
      String why = unsigned(name, row, token, asking.parameter(Asking.SIGNATURE));
      if (why != null) {
        return new Refused(why);
      }
    }
    if (calls != null && calls.take(clock.millis(), 1) > 0) {
      return new Refused("custom authorizers are asked more than the limit authorizers.perSecond");
    }
    try {
      return read(name, asking, ask(name, row, asking, token));
    } catch (ApiException e) {
      return new Refused("custom authorizer " + name + " could not be asked: " + e.text());
    } catch (FunctionAnswer.InvalidException e) {
      return new Refused("custom authorizer " + name + " gave no valid answer: " + e.text());
    }
  }

  private static @Nullable String unsigned(
      String name, AuthorizerRow row, @Nullable String token, @Nullable String signature) {
    if (token == null) {
      return "custom authorizer "
          + name
          + " wants a token by the name "
          + row.tokenKeyName()
          + ", and there is none";
    }
    if (signature == null) {
      return "custom authorizer " + name + " wants the token's signature in " + Asking.SIGNATURE;
    }
    return TokenSignature.isGood(row.keys(), token, signature)
        ? null
        : "the token's signature is of none of the keys of custom authorizer " + name;
  }

  private byte[] ask(String name, AuthorizerRow row, Asking asking, @Nullable String token) {
    byte[] event =
        FunctionInput.of(
            asking,
            certificate(asking.tls().certificate()),
            token,
            !row.signingDisabled(),
            new UUID(random.nextLong(), random.nextLong()).toString());
    FunctionResult result =
        functions.invoke(row.functionArn(), event, Invoker.iot(store.arn(name)), PATIENCE);
    if (result.failed()) {
      throw new FunctionAnswer.InvalidException(
          "its function failed: " + new String(result.payload(), StandardCharsets.UTF_8));
    }
    return result.payload();
  }

  private @Nullable String certificate(Principal.@Nullable Certificate shown) {
    return shown == null ? null : certificates.apply(shown.certificateId());
  }

  private Vouching read(String name, Asking asking, byte[] payload) {
    return switch (FunctionAnswer.parse(name, payload, limits)) {
      case FunctionAnswer.No _ -> new Refused("custom authorizer " + name + " does not know it");
      case FunctionAnswer.Yes yes ->
          new Vouched(
              new Principal.Vouched(
                  yes.principalId(), name, yes.policies(), asking.tls().certificate()),
              yes.refreshAfterSeconds(),
              yes.disconnectAfterSeconds());
    };
  }

  /**
   * TestInvokeAuthorizer: asks whatever its status is.
   *
   * @param signature of the token, Base64
   * @return who the function says it is; null when it does not know it
   * @throws ApiException INVALID_RESPONSE when it is no answer
   */
  public @Nullable TestedCaller test(
      String name, @Nullable String token, @Nullable String signature, Asking asking) {
    AuthorizerRow row = store.find(name);
    if (row == null) {
      throw new ApiException(AwsError.RESOURCE_NOT_FOUND, "there is no authorizer " + name);
    }
    String shown =
        token == null && row.tokenKeyName() != null ? asking.parameter(row.tokenKeyName()) : token;
    if (!row.signingDisabled()) {
      String signed = signature == null ? asking.parameter(Asking.SIGNATURE) : signature;
      String why = unsigned(name, row, shown, signed);
      if (why != null) {
        throw new ApiException(AwsError.INVALID_REQUEST, why);
      }
    }
    try {
      return switch (FunctionAnswer.parse(name, ask(name, row, asking, shown), limits)) {
        case FunctionAnswer.No _ -> null;
        case FunctionAnswer.Yes yes ->
            new TestedCaller(
                yes.principalId(),
                yes.documents(),
                yes.refreshAfterSeconds(),
                yes.disconnectAfterSeconds());
      };
    } catch (FunctionAnswer.InvalidException e) {
      throw new ApiException(
          AwsError.INVALID_RESPONSE,
          "the function of authorizer " + name + " gave no valid answer: " + e.text());
    }
  }
}
