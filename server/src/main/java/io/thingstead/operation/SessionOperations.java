package io.thingstead.operation;

import io.thingstead.account.Account;
import io.thingstead.api.sts.AssumeRoleRequest;
import io.thingstead.api.sts.AssumeRoleResponse;
import io.thingstead.api.sts.AssumeRoleWithWebIdentityRequest;
import io.thingstead.api.sts.AssumeRoleWithWebIdentityResponse;
import io.thingstead.api.sts.AssumedRoleUser;
import io.thingstead.api.sts.Credentials;
import io.thingstead.api.sts.GetCallerIdentityResponse;
import io.thingstead.api.sts.GetSessionTokenResponse;
import io.thingstead.api.sts.PolicyDescriptorType;
import io.thingstead.api.sts.Sts;
import io.thingstead.api.sts.Tag;
import io.thingstead.authorize.ConnectionContext;
import io.thingstead.http.Call;
import io.thingstead.http.OperationTable;
import io.thingstead.identity.Principal;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.person.Sessions;
import io.thingstead.person.TemporaryKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Temporary keys (STS). */
final class SessionOperations {
  private final Function<Account, Features> features;

  SessionOperations(Function<Account, Features> features) {
    this.features = features;
  }

  private Sessions sessions(Call call) {
    return features.apply(call.account()).persons().sessions();
  }

  void bind(OperationTable table) {
    table.on(
        Sts.GET_CALLER_IDENTITY,
        (call, _) -> {
          Principal.AccessKey key = signer(call);
          return new GetCallerIdentityResponse(
              sessions(call).userId(key), call.account().id().digits(), key.arn());
        });
    table.on(
        Sts.GET_SESSION_TOKEN,
        (call, in) -> {
          requireNoDevice(in.serialNumber(), in.tokenCode());
          return new GetSessionTokenResponse(
              credentials(sessions(call).own(signer(call), in.durationSeconds())));
        });
    table.on(Sts.ASSUME_ROLE, this::assume);
    table.on(Sts.ASSUME_ROLE_WITH_WEB_IDENTITY, this::federate);
  }

  private AssumeRoleResponse assume(Call call, AssumeRoleRequest in) {
    requireNoDevice(in.serialNumber(), in.tokenCode());
    if (in.sourceIdentity() != null || in.providedContexts() != null) {
      throw new ApiException(
          AwsError.VALIDATION,
          "SourceIdentity and ProvidedContexts are not supported by this server: leave them out");
    }
    Sessions.Wish wish =
        new Sessions.Wish(
            in.roleArn(),
            in.roleSessionName(),
            in.durationSeconds(),
            in.policy(),
            arns(in.policyArns()),
            tags(in.tags()));
    ConnectionContext caller =
        new ConnectionContext(
            call.account(), call.principal(), "", call.sourceIp(), call.transport().domainName());
    Sessions.Assumed assumed = sessions(call).assume(caller, wish, in.externalId());
    return new AssumeRoleResponse(
        credentials(assumed.key()),
        new AssumedRoleUser(assumed.roleId(), assumed.key().arn()),
        null,
        null);
  }

  private AssumeRoleWithWebIdentityResponse federate(
      Call call, AssumeRoleWithWebIdentityRequest in) {
    if (in.providerId() != null) {
      throw new ApiException(
          AwsError.VALIDATION, "ProviderId is for OAuth 2.0 access tokens: leave it out");
    }
    Sessions.Federated federated =
        sessions(call)
            .federate(
                in.webIdentityToken(),
                new Sessions.Wish(
                    in.roleArn(),
                    in.roleSessionName(),
                    in.durationSeconds(),
                    in.policy(),
                    arns(in.policyArns()),
                    Map.of()));
    Sessions.Assumed assumed = federated.assumed();
    return AssumeRoleWithWebIdentityResponse.builder()
        .credentials(credentials(assumed.key()))
        .subjectFromWebIdentityToken(federated.subject())
        .assumedRoleUser(new AssumedRoleUser(assumed.roleId(), assumed.key().arn()))
        .provider(federated.provider())
        .audience(federated.audience())
        .build();
  }

  private static Principal.AccessKey signer(Call call) {
    if (call.principal() instanceof Principal.AccessKey key) {
      return key;
    }
    throw new ApiException(AwsError.ACCESS_DENIED, "sign the request with an access key");
  }

  private static void requireNoDevice(@Nullable String serial, @Nullable String code) {
    if (serial != null || code != null) {
      throw new ApiException(
          AwsError.ACCESS_DENIED,
          "MultiFactorAuthentication failed: devices for it are not supported by this server");
    }
  }

  static List<String> arns(@Nullable List<PolicyDescriptorType> given) {
    return given == null
        ? List.of()
        : given.stream().map(PolicyDescriptorType::arn).filter(Objects::nonNull).toList();
  }

  private static Map<String, String> tags(@Nullable List<Tag> given) {
    Map<String, String> tags = new HashMap<>();
    for (Tag tag : given == null ? List.<Tag>of() : given) {
      tags.put(tag.key(), tag.value());
    }
    return tags;
  }

  static Credentials credentials(TemporaryKey key) {
    return new Credentials(
        key.accessKeyId(), key.secretAccessKey(), key.sessionToken(), key.expiration());
  }
}
