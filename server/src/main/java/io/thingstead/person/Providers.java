package io.thingstead.person;

import io.thingstead.account.Account;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Limits;
import io.thingstead.row.Json;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The OpenID Connect providers that one account trusts. The operations wait for durability: for
 * virtual threads.
 */
public final class Providers {
  private final Account account;
  private final AccountShard registry;
  private final Supplier<Limits.Persons> limits;

  Providers(Account account, AccountShard registry, Supplier<Limits.Persons> limits) {
    this.limits = limits;
    this.account = account;
    this.registry = registry;
  }

  /**
   * CreateOpenIDConnectProvider.
   *
   * @param url its issuer's, which must be its tokens' {@code iss}
   * @throws ApiException InvalidInput, EntityAlreadyExists, LimitExceeded
   */
  public Provider create(
      String url, List<String> clientIds, List<String> thumbprints, Map<String, String> tags) {
    String name = name(url);
    Map<String, String> checked = Names.tagged(Map.of(), tags, limits.get().tags());
    if (clientIds.size() > limits.get().clientIdsPerProvider()) {
      throw Refused.quota("ClientIdsPerOpenIdConnectProvider", limits.get().clientIdsPerProvider());
    }
    return registry.call(
        tx -> {
          if (row(tx, name) != null) {
            throw Refused.exists("Provider", url);
          }
          Names.requireRoom(
              tx,
              Tables.PROVIDER,
              Key.ALL,
              "OpenIdConnectProvidersPerAccount",
              limits.get().providers());
          ProviderRow row =
              new ProviderRow(
                  trimmed(url), clientIds, thumbprints, tx.now().toEpochMilli(), checked);
          put(tx, name, row);
          return provider(name, row);
        });
  }

  private static String trimmed(String url) {
    return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
  }

  private static String name(String url) {
    String trimmed = trimmed(url);
    try {
      URI uri = new URI(trimmed);
      boolean web = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
      boolean plain =
          uri.getRawQuery() == null && uri.getRawFragment() == null && uri.getRawUserInfo() == null;
      if (web && plain && uri.getHost() != null) {
        return trimmed.substring(trimmed.indexOf("//") + 2);
      }
    } catch (URISyntaxException _) {
      // It is none, and that is said below.
    }
    throw new ApiException(
        AwsError.INVALID_INPUT,
        "Invalid Open ID Connect Provider URL: give https://HOST/PATH without a query");
  }

  /** GetOpenIDConnectProvider. */
  public Provider get(String arn) {
    return require(registry.durable(), arn);
  }

  /** ListOpenIDConnectProviders, in the order of their URLs. */
  public List<Provider> list() {
    return registry.durable().scan(Tables.PROVIDER, Key.ALL, null, PersonLimits.ROWS_MAX).stream()
        .map(row -> provider(Names.first(row), Json.decode(row.value(), ProviderRow.class)))
        .toList();
  }

  /** DeleteOpenIDConnectProvider. */
  public void delete(String arn) {
    registry.call(
        tx -> {
          tx.delete(Tables.PROVIDER, Key.of(require(tx, arn).name()));
          return arn;
        });
  }

  /** AddClientIDToOpenIDConnectProvider; one that it has is no error. */
  public void addClient(String arn, String clientId) {
    registry.call(
        tx -> {
          Provider provider = require(tx, arn);
          List<String> ids = new ArrayList<>(provider.clientIds());
          if (!ids.contains(clientId)) {
            ids.add(clientId);
          }
          if (ids.size() > limits.get().clientIdsPerProvider()) {
            throw Refused.quota(
                "ClientIdsPerOpenIdConnectProvider", limits.get().clientIdsPerProvider());
          }
          put(tx, provider.name(), requireRow(tx, provider.name()).with(ids));
          return arn;
        });
  }

  /** RemoveClientIDFromOpenIDConnectProvider; one that it has not is no error. */
  public void removeClient(String arn, String clientId) {
    registry.call(
        tx -> {
          Provider provider = require(tx, arn);
          List<String> ids = new ArrayList<>(provider.clientIds());
          ids.remove(clientId);
          put(tx, provider.name(), requireRow(tx, provider.name()).with(ids));
          return arn;
        });
  }

  /** The provider of an issuer, as a token names it, or null. */
  @Nullable Provider ofIssuer(String issuer) {
    int scheme = issuer.indexOf("//");
    String name = trimmed(scheme < 0 ? issuer : issuer.substring(scheme + 2));
    ProviderRow row = row(registry.durable(), name);
    return row == null ? null : provider(name, row);
  }

  private Provider require(Rows rows, String arn) {
    String name = arn.substring(arn.indexOf('/') + 1);
    ProviderRow row = row(rows, name);
    if (row == null || !arn(name).equals(arn)) {
      throw noSuch(arn);
    }
    return provider(name, row);
  }

  private static ApiException noSuch(String arn) {
    return new ApiException(
        AwsError.NO_SUCH_ENTITY, "OpenIDConnect Provider not found for arn " + arn);
  }

  private static ProviderRow requireRow(Rows rows, String name) {
    ProviderRow row = row(rows, name);
    if (row == null) {
      throw noSuch(name);
    }
    return row;
  }

  private String arn(String name) {
    return "arn:aws:iam::" + account.id() + ":oidc-provider/" + name;
  }

  private Provider provider(String name, ProviderRow row) {
    return new Provider(
        name,
        arn(name),
        row.url(),
        row.clientIds(),
        row.thumbprints(),
        Instant.ofEpochMilli(row.createdMillis()),
        row.tags());
  }

  private static @Nullable ProviderRow row(Rows rows, String name) {
    byte[] stored = rows.get(Tables.PROVIDER, Key.of(name));
    return stored == null ? null : Json.decode(stored, ProviderRow.class);
  }

  private static void put(Tx tx, String name, ProviderRow row) {
    tx.put(Tables.PROVIDER, Key.of(name), Json.encode(row));
  }
}
