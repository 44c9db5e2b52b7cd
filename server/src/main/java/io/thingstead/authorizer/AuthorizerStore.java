package io.thingstead.authorizer;

import io.thingstead.account.Account;
import io.thingstead.api.iot.AuthorizerDescription;
import io.thingstead.api.iot.AuthorizerStatus;
import io.thingstead.api.iot.AuthorizerSummary;
import io.thingstead.api.iot.CreateAuthorizerRequest;
import io.thingstead.api.iot.ListAuthorizersRequest;
import io.thingstead.api.iot.ListAuthorizersResponse;
import io.thingstead.api.iot.UpdateAuthorizerRequest;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Limits;
import io.thingstead.registry.Tags;
import io.thingstead.row.Json;
import io.thingstead.row.Page;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The custom authorizers of an account as they are stored. All methods wait for the registry shard:
 * for virtual threads.
 */
public final class AuthorizerStore {
  private static final Pattern NAME = Pattern.compile("[\\w=,@-]{1,128}");
  private static final Pattern FUNCTION =
      Pattern.compile("arn:aws[a-zA-Z-]*:lambda:[a-z0-9-]+:\\d{12}:function:[^\\s]+");
  private static final Pattern TOKEN_KEY = Pattern.compile("[a-zA-Z0-9_-]{1,128}");
  private static final Key ONLY = Key.of("default");

  private final Account account;
  private final AccountShard shard;

  /**
   * @param shard the account's registry shard
   */
  public AuthorizerStore(Account account, AccountShard shard) {
    this.account = account;
    this.shard = shard;
  }

  /** Whether there is one of this name, by rows of the registry shard. */
  public static boolean exists(Rows rows, String name) {
    return find(rows, name) != null;
  }

  static @Nullable AuthorizerRow find(Rows rows, String name) {
    byte[] stored = rows.get(Tables.AUTHORIZER, Key.of(name));
    return stored == null ? null : Json.decode(stored, AuthorizerRow.class);
  }

  @Nullable AuthorizerRow find(String name) {
    return find(shard.durable(), name);
  }

  private static AuthorizerRow require(Rows rows, String name) {
    AuthorizerRow row = find(rows, name);
    if (row == null) {
      throw new ApiException(AwsError.RESOURCE_NOT_FOUND, "there is no authorizer " + name);
    }
    return row;
  }

  /** The name of the account's default, or null. */
  @Nullable String defaultName() {
    return defaultName(shard.durable());
  }

  private static @Nullable String defaultName(Rows rows) {
    byte[] stored = rows.get(Tables.DEFAULT, ONLY);
    return stored == null ? null : new String(stored, StandardCharsets.UTF_8);
  }

  /** The ARN of an authorizer of this name. */
  public String arn(String name) {
    return account.arn("authorizer/" + name);
  }

  /** Stores one; it is INACTIVE if the request does not say otherwise. */
  public void create(CreateAuthorizerRequest in, Map<String, String> tags) {
    String name = in.authorizerName();
    if (!NAME.matcher(name).matches()) {
      throw invalid(
          "an authorizer's name has 1 to 128 letters, digits or =,@-_, not '" + name + "'");
    }
    boolean unsigned = Boolean.TRUE.equals(in.signingDisabled());
    Map<String, String> keys =
        in.tokenSigningPublicKeys() == null ? Map.of() : in.tokenSigningPublicKeys();
    checkFunction(in.authorizerFunctionArn());
    checkSigning(unsigned, in.tokenKeyName(), keys);
    shard.call(
        tx -> {
          if (find(tx, name) != null) {
            throw new ApiException(
                AwsError.RESOURCE_ALREADY_EXISTS,
                "authorizer " + name + " exists already",
                Map.of("resourceId", name, "resourceArn", arn(name)));
          }
          requireRoom(tx, name, in.status() == AuthorizerStatus.ACTIVE);
          long now = tx.now().toEpochMilli();
          put(
              tx,
              name,
              new AuthorizerRow(
                  in.authorizerFunctionArn(),
                  in.tokenKeyName(),
                  keys,
                  in.status() == AuthorizerStatus.ACTIVE,
                  unsigned,
                  Boolean.TRUE.equals(in.enableCachingForHttp()),
                  now,
                  now));
          Tags.attach(tx, arn(name), tags);
          return name;
        });
  }

  private static void checkFunction(String arn) {
    if (!FUNCTION.matcher(arn).matches()) {
      throw invalid("authorizerFunctionArn '" + arn + "' is not the ARN of a Lambda function");
    }
  }

  private static void checkSigning(
      boolean unsigned, @Nullable String tokenKeyName, Map<String, String> keys) {
    if (tokenKeyName != null && !TOKEN_KEY.matcher(tokenKeyName).matches()) {
      throw invalid(
          "tokenKeyName has 1 to 128 letters, digits, - or _, not '" + tokenKeyName + "'");
    }
    if (unsigned) {
      if (!keys.isEmpty()) {
        throw invalid("an authorizer with signingDisabled has no tokenSigningPublicKeys");
      }
      return;
    }
    if (tokenKeyName == null) {
      throw invalid("an authorizer that verifies tokens needs a tokenKeyName");
    }
    TokenSignature.checkKeys(keys);
  }

  private void requireRoom(Tx tx, String name, boolean active) {
    Limits.Authorizers limits = account.limits().authorizers();
    List<Rows.Row> all = tx.scan(Tables.AUTHORIZER, Key.ALL, null, limits.authorizers() + 1);
    long others = all.stream().filter(row -> !nameOf(row).equals(name)).count();
    if (others >= limits.authorizers()) {
      throw new ApiException(
          AwsError.LIMIT_EXCEEDED, "the account has " + others + " authorizers, as many as it may");
    }
    long activeOthers =
        all.stream()
            .filter(row -> !nameOf(row).equals(name))
            .filter(row -> Json.decode(row.value(), AuthorizerRow.class).active())
            .count();
    if (active && activeOthers >= limits.active()) {
      throw new ApiException(
          AwsError.LIMIT_EXCEEDED,
          "the account has " + activeOthers + " active authorizers, as many as it may");
    }
  }

  private static String nameOf(Rows.Row row) {
    return row.key().read().text();
  }

  private static void put(Tx tx, String name, AuthorizerRow row) {
    tx.put(Tables.AUTHORIZER, Key.of(name), Json.encode(row));
  }

  /** Changes what the request names. */
  public void update(UpdateAuthorizerRequest in) {
    String name = in.authorizerName();
    if (in.authorizerFunctionArn() != null) {
      checkFunction(in.authorizerFunctionArn());
    }
    shard.call(
        tx -> {
          AuthorizerRow before = require(tx, name);
          String token = in.tokenKeyName() == null ? before.tokenKeyName() : in.tokenKeyName();
          Map<String, String> keys =
              in.tokenSigningPublicKeys() == null ? before.keys() : in.tokenSigningPublicKeys();
          checkSigning(before.signingDisabled(), token, keys);
          boolean active =
              in.status() == null ? before.active() : in.status() == AuthorizerStatus.ACTIVE;
          requireRoom(tx, name, active);
          put(
              tx,
              name,
              new AuthorizerRow(
                  in.authorizerFunctionArn() == null
                      ? before.functionArn()
                      : in.authorizerFunctionArn(),
                  token,
                  keys,
                  active,
                  before.signingDisabled(),
                  in.enableCachingForHttp() == null ? before.caching() : in.enableCachingForHttp(),
                  before.createdMillis(),
                  tx.now().toEpochMilli()));
          return name;
        });
  }

  /** Forgets one that is INACTIVE and not the default. */
  public void delete(String name) {
    shard.call(
        tx -> {
          AuthorizerRow row = require(tx, name);
          if (row.active()) {
            throw new ApiException(
                AwsError.DELETE_CONFLICT,
                "authorizer " + name + " is ACTIVE: make it INACTIVE before you delete it");
          }
          if (name.equals(defaultName(tx))) {
            throw new ApiException(
                AwsError.DELETE_CONFLICT,
                "authorizer " + name + " is the default: clear the default before you delete it");
          }
          tx.delete(Tables.AUTHORIZER, Key.of(name));
          Tags.forget(tx, arn(name));
          return name;
        });
  }

  public AuthorizerDescription describe(String name) {
    return described(name, require(shard.durable(), name));
  }

  private AuthorizerDescription described(String name, AuthorizerRow row) {
    return AuthorizerDescription.builder()
        .authorizerName(name)
        .authorizerArn(arn(name))
        .authorizerFunctionArn(row.functionArn())
        .tokenKeyName(row.tokenKeyName())
        .tokenSigningPublicKeys(row.keys().isEmpty() ? null : row.keys())
        .status(row.active() ? AuthorizerStatus.ACTIVE : AuthorizerStatus.INACTIVE)
        .creationDate(Instant.ofEpochMilli(row.createdMillis()))
        .lastModifiedDate(Instant.ofEpochMilli(row.modifiedMillis()))
        .signingDisabled(row.signingDisabled())
        .enableCachingForHttp(row.caching())
        .build();
  }

  /** In the order of names; there are never more than one hundred, so each page is cut of all. */
  public ListAuthorizersResponse list(ListAuthorizersRequest in) {
    int size = Page.Size.OLDER.of(in.pageSize());
    int most = account.limits().authorizers().authorizers();
    List<Rows.Row> all =
        new ArrayList<>(shard.durable().scan(Tables.AUTHORIZER, Key.ALL, null, most));
    if (Boolean.FALSE.equals(in.ascendingOrder())) {
      Collections.reverse(all);
    }
    Key after = Page.after(Tables.AUTHORIZER, in.marker(), Key.ALL);
    List<AuthorizerSummary> found = new ArrayList<>();
    Key last = null;
    boolean begun = after == null;
    for (Rows.Row row : all) {
      boolean wanted =
          in.status() == null
              || Json.decode(row.value(), AuthorizerRow.class).active()
                  == (in.status() == AuthorizerStatus.ACTIVE);
      if (begun && wanted) {
        if (found.size() == size) {
          return new ListAuthorizersResponse(
              found, last == null ? null : Page.token(Tables.AUTHORIZER, last));
        }
        found.add(new AuthorizerSummary(nameOf(row), arn(nameOf(row))));
        last = row.key();
      }
      begun |= after != null && row.key().equals(after);
    }
    return new ListAuthorizersResponse(found, null);
  }

  /** Makes one the account's default, for callers who name none. */
  public void setDefault(String name) {
    shard.call(
        tx -> {
          require(tx, name);
          String before = defaultName(tx);
          if (name.equals(before)) {
            throw new ApiException(
                AwsError.RESOURCE_ALREADY_EXISTS,
                "authorizer " + name + " is the default already",
                Map.of("resourceId", name, "resourceArn", arn(name)));
          }
          tx.put(Tables.DEFAULT, ONLY, name.getBytes(StandardCharsets.UTF_8));
          return name;
        });
  }

  public void clearDefault() {
    shard.call(
        tx -> {
          if (defaultName(tx) == null) {
            throw noDefault();
          }
          tx.delete(Tables.DEFAULT, ONLY);
          return ONLY;
        });
  }

  public AuthorizerDescription describeDefault() {
    String name = defaultName();
    if (name == null) {
      throw noDefault();
    }
    return describe(name);
  }

  private static ApiException noDefault() {
    return new ApiException(AwsError.RESOURCE_NOT_FOUND, "the account has no default authorizer");
  }

  private static ApiException invalid(String why) {
    return new ApiException(AwsError.INVALID_REQUEST, why);
  }
}
