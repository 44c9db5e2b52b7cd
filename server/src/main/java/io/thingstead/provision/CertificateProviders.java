package io.thingstead.provision;

import io.thingstead.account.Account;
import io.thingstead.api.iot.CertificateProviderOperation;
import io.thingstead.api.iot.CertificateProviderSummary;
import io.thingstead.api.iot.CreateCertificateProviderRequest;
import io.thingstead.api.iot.CreateCertificateProviderResponse;
import io.thingstead.api.iot.DescribeCertificateProviderResponse;
import io.thingstead.api.iot.ListCertificateProvidersResponse;
import io.thingstead.api.iot.UpdateCertificateProviderRequest;
import io.thingstead.api.iot.UpdateCertificateProviderResponse;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.Key;
import io.thingstead.engine.Rows;
import io.thingstead.engine.Tx;
import io.thingstead.identity.CertificateStatus;
import io.thingstead.identity.IssuedCertificate;
import io.thingstead.identity.NewCertificate;
import io.thingstead.identity.Registrar;
import io.thingstead.model.ApiException;
import io.thingstead.model.Arn;
import io.thingstead.model.AwsError;
import io.thingstead.registry.Tags;
import io.thingstead.row.Json;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Who signs the requests for certificates: the account's own CA, or a function that the account has
 * made its certificate provider (developer guide, "Self-managed certificate signing"). Methods wait
 * for the registry shard: for virtual threads, not for event loops.
 */
public final class CertificateProviders {
  private final Account account;
  private final AccountShard shard;
  private final Registrar registrar;
  private final Questions questions;

  CertificateProviders(
      Account account, AccountShard shard, Registrar registrar, Questions questions) {
    this.account = account;
    this.shard = shard;
    this.registrar = registrar;
    this.questions = questions;
  }

  /** Whether there is a provider of this name, by rows of the registry shard. */
  public static boolean exists(Rows rows, String name) {
    return rows.get(Tables.PROVIDER, Key.of(name)) != null;
  }

  /**
   * CreateCertificateFromCsr.
   *
   * @throws ApiException InvalidRequest when the request is none, or the provider does not sign it
   */
  public IssuedCertificate create(String requestPem, boolean active) {
    NewCertificate made = sign(requestPem, null, null);
    return shard.call(
        tx ->
            registrar.insert(
                tx, made, active ? CertificateStatus.ACTIVE : CertificateStatus.INACTIVE));
  }

  /**
   * Signs a request. Waits for the provider if there is one.
   *
   * @param principalId who asks over MQTT, or null
   * @param clientId the same
   */
  NewCertificate sign(String requestPem, @Nullable String principalId, @Nullable String clientId) {
    List<Rows.Row> rows = shard.durable().scan(Tables.PROVIDER, Key.ALL, null, 1);
    if (rows.isEmpty()) {
      return registrar.sign(requestPem);
    }
    String name = rows.getFirst().key().read().text();
    ProviderRow provider = Json.decode(rows.getFirst().value(), ProviderRow.class);
    registrar.check(requestPem);
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("certificateSigningRequest", requestPem);
    if (principalId != null) {
      event.put("principalId", principalId);
    }
    if (clientId != null) {
      event.put("clientId", clientId);
    }
    JsonNode pem;
    try {
      pem = questions.ask(provider.functionArn(), arn(name), event).path("certificatePem");
    } catch (Questions.UnansweredException e) {
      throw invalid("the certificate provider " + name + " gave no answer: " + e.text());
    }
    if (!pem.isString()) {
      throw invalid("the certificate provider " + name + " gave no certificatePem");
    }
    try {
      return registrar.signedElsewhere(requestPem, pem.asString());
    } catch (ApiException e) {
      throw invalid("the certificate provider " + name + " did not sign it: " + e.text());
    }
  }

  /**
   * CreateCertificateProvider.
   *
   * @throws ApiException ResourceAlreadyExists; LimitExceeded when the account has another one;
   *     InvalidRequest
   */
  public CreateCertificateProviderResponse create(
      CreateCertificateProviderRequest in, Map<String, String> tags) {
    String name = in.certificateProviderName();
    requireFunction(in.lambdaFunctionArn());
    requireOperations(in.accountDefaultForOperations());
    shard.call(
        tx -> {
          if (exists(tx, name)) {
            throw new ApiException(
                AwsError.RESOURCE_ALREADY_EXISTS,
                "certificate provider " + name + " exists",
                Map.of("resourceId", name, "resourceArn", arn(name)));
          }
          if (!tx.scan(Tables.PROVIDER, Key.ALL, null, 1).isEmpty()) {
            throw new ApiException(
                AwsError.LIMIT_EXCEEDED,
                "an account has one certificate provider; update or delete the one there is");
          }
          long now = tx.now().toEpochMilli();
          put(tx, name, new ProviderRow(in.lambdaFunctionArn(), now, now));
          Tags.attach(tx, arn(name), tags);
          return name;
        });
    return new CreateCertificateProviderResponse(name, arn(name));
  }

  private static void requireFunction(String arn) {
    try {
      if (Arn.parse(arn).service().equals("lambda")) {
        return;
      }
    } catch (IllegalArgumentException _) {
      // The same as the ARN of something else.
    }
    throw invalid("lambdaFunctionArn is not the ARN of a function: " + arn);
  }

  private static void requireOperations(List<CertificateProviderOperation> operations) {
    if (!operations.equals(List.of(CertificateProviderOperation.CREATE_CERTIFICATE_FROM_CSR))) {
      throw invalid("accountDefaultForOperations is [CreateCertificateFromCsr]");
    }
  }

  /** DescribeCertificateProvider. */
  public DescribeCertificateProviderResponse describe(String name) {
    ProviderRow row = require(shard.durable(), name);
    return DescribeCertificateProviderResponse.builder()
        .certificateProviderName(name)
        .certificateProviderArn(arn(name))
        .lambdaFunctionArn(row.functionArn())
        .accountDefaultForOperations(
            List.of(CertificateProviderOperation.CREATE_CERTIFICATE_FROM_CSR))
        .creationDate(Instant.ofEpochMilli(row.createdMillis()))
        .lastModifiedDate(Instant.ofEpochMilli(row.modifiedMillis()))
        .build();
  }

  /** ListCertificateProviders: one page, for there is one at most. */
  public ListCertificateProvidersResponse list(@Nullable String nextToken) {
    if (nextToken != null) {
      throw invalid("nextToken was not given by this listing: it has one page");
    }
    return new ListCertificateProvidersResponse(
        shard.durable().scan(Tables.PROVIDER, Key.ALL, null, 1).stream()
            .map(row -> row.key().read().text())
            .map(name -> new CertificateProviderSummary(name, arn(name)))
            .toList(),
        null);
  }

  /** UpdateCertificateProvider: what is not given stays. */
  public UpdateCertificateProviderResponse update(UpdateCertificateProviderRequest in) {
    String name = in.certificateProviderName();
    String function = in.lambdaFunctionArn();
    if (function != null) {
      requireFunction(function);
    }
    if (in.accountDefaultForOperations() != null) {
      requireOperations(in.accountDefaultForOperations());
    }
    shard.call(
        tx -> {
          ProviderRow old = require(tx, name);
          put(
              tx,
              name,
              new ProviderRow(
                  function == null ? old.functionArn() : function,
                  old.createdMillis(),
                  tx.now().toEpochMilli()));
          return name;
        });
    return new UpdateCertificateProviderResponse(name, arn(name));
  }

  /** DeleteCertificateProvider: the account's own CA signs again. */
  public void delete(String name) {
    shard.call(
        tx -> {
          require(tx, name);
          tx.delete(Tables.PROVIDER, Key.of(name));
          Tags.forget(tx, arn(name));
          return name;
        });
  }

  private static ProviderRow require(Rows rows, String name) {
    byte[] stored = rows.get(Tables.PROVIDER, Key.of(name));
    if (stored == null) {
      throw new ApiException(
          AwsError.RESOURCE_NOT_FOUND, "there is no certificate provider " + name);
    }
    return Json.decode(stored, ProviderRow.class);
  }

  private static void put(Tx tx, String name, ProviderRow row) {
    tx.put(Tables.PROVIDER, Key.of(name), Json.encode(row));
  }

  private String arn(String name) {
    return account.arn("certificateprovider/" + name);
  }

  private static ApiException invalid(String message) {
    return new ApiException(AwsError.INVALID_REQUEST, message);
  }
}
