package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.cognitoidentity.CognitoIdentityClient;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.Tag;
import software.amazon.awssdk.services.sts.StsClient;

/** Quotas of users, roles and pools: set while the server runs, and exceeded at once. */
class PersonQuotaTest extends ApiTest {
  private static final String ROLE = "arn:aws:iam::000000000000:role/limited";
  private static final String POLICY =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:Publish",
       "Resource":"*"}]}\
      """;
  private static final String TRUST =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
       "Principal":{"AWS":"arn:aws:iam::000000000000:root"}}]}\
      """;

  private void set(String quota, int value) throws Exception {
    assertThat(
            node()
                .signed(
                    "POST",
                    "/_thingstead/limits",
                    Map.of(),
                    "{\"quotas\": {\"persons.%s\": %d}}".formatted(quota, value))
                .statusCode())
        .isEqualTo(200);
  }

  private void exceeded(String quota, int value, String code, int status, ThrowingCallable call)
      throws Exception {
    set(quota, value);
    refused(status, code, call);
    node()
        .signed(
            "POST",
            "/_thingstead/limits",
            Map.of(),
            "{\"quotas\": {\"persons.%s\": null}}".formatted(quota));
  }

  @Test
  void usersRolesAndPoliciesAreLimited() throws Exception {
    try (IamClient iam = node().iam()) {
      iam.createUser(r -> r.userName("limited"));
      iam.createRole(r -> r.roleName("limited").assumeRolePolicyDocument(TRUST));
      String policy =
          iam.createPolicy(r -> r.policyName("one").policyDocument(POLICY)).policy().arn();
      String other =
          iam.createPolicy(r -> r.policyName("two").policyDocument(POLICY)).policy().arn();
      iam.attachUserPolicy(r -> r.userName("limited").policyArn(policy));
      iam.createAccessKey(r -> r.userName("limited"));
      iam.putUserPolicy(r -> r.userName("limited").policyName("one").policyDocument(POLICY));
      String code = "LimitExceeded";
      exceeded("users", 1, code, 409, () -> iam.createUser(r -> r.userName("more")));
      exceeded("keysPerUser", 1, code, 409, () -> iam.createAccessKey(r -> r.userName("limited")));
      exceeded(
          "roles",
          1,
          code,
          409,
          () -> iam.createRole(r -> r.roleName("more").assumeRolePolicyDocument(TRUST)));
      exceeded(
          "policies",
          2,
          code,
          409,
          () -> iam.createPolicy(r -> r.policyName("three").policyDocument(POLICY)));
      exceeded(
          "policyVersions",
          1,
          code,
          409,
          () -> iam.createPolicyVersion(r -> r.policyArn(policy).policyDocument(POLICY)));
      exceeded(
          "policyChars",
          10,
          code,
          409,
          () -> iam.createPolicyVersion(r -> r.policyArn(policy).policyDocument(POLICY)));
      exceeded(
          "trustChars",
          10,
          code,
          409,
          () -> iam.updateAssumeRolePolicy(r -> r.roleName("limited").policyDocument(TRUST)));
      exceeded(
          "attachedPerOwner",
          1,
          code,
          409,
          () -> iam.attachUserPolicy(r -> r.userName("limited").policyArn(other)));
      exceeded(
          "inlinePerOwner",
          1,
          code,
          409,
          () ->
              iam.putUserPolicy(
                  r -> r.userName("limited").policyName("two").policyDocument(POLICY)));
      List<Tag> tags =
          IntStream.range(0, 3)
              .mapToObj(i -> Tag.builder().key("k" + i).value("v").build())
              .toList();
      exceeded("tags", 2, code, 409, () -> iam.tagUser(r -> r.userName("limited").tags(tags)));
      exceeded(
          "clientIdsPerProvider",
          1,
          code,
          409,
          () ->
              iam.createOpenIDConnectProvider(
                  r -> r.url("https://issuer.example").clientIDList("a", "b")));
      exceeded(
          "providers",
          0,
          code,
          409,
          () ->
              iam.createOpenIDConnectProvider(
                  r -> r.url("https://issuer.example").clientIDList("a")));
    }
  }

  @Test
  void sessionsAndAliasesAreLimited() throws Exception {
    try (IamClient iam = node().iam();
        StsClient sts = node().sts(node().administrator())) {
      iam.createRole(r -> r.roleName("session").assumeRolePolicyDocument(TRUST));
      exceeded(
          "sessionPolicyChars",
          10,
          "PackedPolicyTooLarge",
          400,
          () ->
              sts.assumeRole(
                  r ->
                      r.roleArn(ROLE.replace("limited", "session"))
                          .roleSessionName("limited")
                          .policy(POLICY)));
    }
    exceeded(
        "roleAliases",
        0,
        "LimitExceededException",
        410,
        () -> iot().createRoleAlias(r -> r.roleAlias("limited").roleArn(ROLE)));
  }

  @Test
  void poolsAndTheirIdentitiesAreLimited() throws Exception {
    try (CognitoIdentityClient pools =
            node().pools(StaticCredentialsProvider.create(node().administrator()));
        CognitoIdentityClient anyone = node().pools(AnonymousCredentialsProvider.create())) {
      exceeded(
          "pools",
          0,
          "LimitExceededException",
          400,
          () ->
              pools.createIdentityPool(
                  r -> r.identityPoolName("more").allowUnauthenticatedIdentities(true)));
      String pool =
          pools
              .createIdentityPool(
                  r -> r.identityPoolName("open").allowUnauthenticatedIdentities(true))
              .identityPoolId();
      exceeded(
          "identitiesPerPool",
          0,
          "LimitExceededException",
          400,
          () -> anyone.getId(r -> r.identityPoolId(pool)));
      exceeded(
          "newIdentitiesPerSecond",
          0,
          "TooManyRequestsException",
          400,
          () -> anyone.getId(r -> r.identityPoolId(pool)));
      assertThat(anyone.getId(r -> r.identityPoolId(pool)).identityId()).isNotBlank();
    }
  }
}
