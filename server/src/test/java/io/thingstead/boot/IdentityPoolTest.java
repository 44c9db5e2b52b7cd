package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.cognitoidentity.CognitoIdentityClient;
import software.amazon.awssdk.services.cognitoidentity.model.CreateIdentityPoolResponse;
import software.amazon.awssdk.services.cognitoidentity.model.Credentials;
import software.amazon.awssdk.services.cognitoidentity.model.IdentityPoolShortDescription;
import software.amazon.awssdk.services.cognitoidentity.model.ListIdentitiesResponse;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iotdataplane.IotDataPlaneClient;
import software.amazon.awssdk.services.sts.StsClient;

/** Identity pools through the SDK: who gets which keys, and what they may do with them. */
class IdentityPoolTest {
  private static final String ROLES = "arn:aws:iam::000000000000:role/";
  private static final String COGNITO = "cognito-identity.amazonaws.com";
  private static final String SHADOWS =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:*ThingShadow",\
      "Resource":"arn:aws:iot:*:*:thing/%s"}]}\
      """;

  @TempDir private static Path directory = Path.of("");
  private static RunningNode server;
  private static TokenIssuer issuer;
  private static CognitoIdentityClient pools;
  private static CognitoIdentityClient anyone;
  private static IotClient iot;
  private static IamClient iam;
  private static String pool;

  @BeforeAll
  static void start() throws Exception {
    issuer = new TokenIssuer();
    server = new RunningNode(directory, "allow-target", "127.0.0.1");
    pools = server.pools(StaticCredentialsProvider.create(server.administrator()));
    anyone = server.pools(AnonymousCredentialsProvider.create());
    iot = server.iot();
    iam = server.iam();
    String provider =
        iam.createOpenIDConnectProvider(b -> b.url(issuer.url()).clientIDList("app-1"))
            .openIDConnectProviderArn();
    CreateIdentityPoolResponse made =
        pools.createIdentityPool(
            b ->
                b.identityPoolName("app")
                    .allowUnauthenticatedIdentities(true)
                    .allowClassicFlow(true)
                    .openIdConnectProviderARNs(provider));
    pool = made.identityPoolId();
    role("in", pool, "authenticated", SHADOWS.formatted("*"));
    role("out", pool, "unauthenticated", SHADOWS.formatted("public"));
    pools.setIdentityPoolRoles(
        b ->
            b.identityPoolId(pool)
                .roles(Map.of("authenticated", ROLES + "in", "unauthenticated", ROLES + "out")));
    for (String thing : new String[] {"public", "lamp", "other"}) {
      iot.createThing(b -> b.thingName(thing));
    }
  }

  private static void role(String name, String audience, String method, String policy) {
    String trust =
        """
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow",\
        "Action":"sts:AssumeRoleWithWebIdentity","Principal":{"Federated":"%s"},\
        "Condition":{"StringEquals":{"%s:aud":"%s"},\
        "ForAnyValue:StringLike":{"%s:amr":"%s"}}}]}\
        """
            .formatted(COGNITO, COGNITO, audience, COGNITO, method);
    iam.createRole(b -> b.roleName(name).assumeRolePolicyDocument(trust));
    iam.putRolePolicy(b -> b.roleName(name).policyName("own").policyDocument(policy));
  }

  @AfterAll
  static void stop() {
    pools.close();
    anyone.close();
    iot.close();
    iam.close();
    server.close();
    issuer.close();
  }

  private static void refused(String code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            AwsServiceException.class,
            e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code));
  }

  private static Map<String, String> login(String subject) throws Exception {
    return Map.of(issuer.name(), issuer.token(subject));
  }

  private static AwsSessionCredentials session(Credentials made) {
    return AwsSessionCredentials.create(made.accessKeyId(), made.secretKey(), made.sessionToken());
  }

  private static void update(IotDataPlaneClient data, String thing) {
    data.updateThingShadow(
        b ->
            b.thingName(thing)
                .payload(SdkBytes.fromUtf8String("{\"state\":{\"desired\":{\"on\":true}}}")));
  }

  @Test
  void whoDoesNotLogInGetsTheRoleForThat() {
    String id = anyone.getId(b -> b.identityPoolId(pool)).identityId();
    assertThat(id).startsWith("us-east-1:");
    assertThat(anyone.getId(b -> b.identityPoolId(pool)).identityId()).isNotEqualTo(id);
    Credentials made = anyone.getCredentialsForIdentity(b -> b.identityId(id)).credentials();
    try (IotDataPlaneClient data = server.data(session(made))) {
      update(data, "public");
      refused("ForbiddenException", () -> update(data, "lamp"));
    }
  }

  @Test
  void whoLogsInIsKnownAgainAndHeldToRoleAndPolicyOfTheIdentity() throws Exception {
    String id = anyone.getId(b -> b.identityPoolId(pool).logins(loginOf("ada"))).identityId();
    assertThat(anyone.getId(b -> b.identityPoolId(pool).logins(loginOf("ada"))).identityId())
        .isEqualTo(id);
    assertThat(anyone.getId(b -> b.identityPoolId(pool).logins(loginOf("bob"))).identityId())
        .isNotEqualTo(id);
    refused(
        "NotAuthorizedException", () -> anyone.getCredentialsForIdentity(b -> b.identityId(id)));
    refused(
        "NotAuthorizedException",
        () -> anyone.getCredentialsForIdentity(b -> b.identityId(id).logins(loginOf("bob"))));
    Credentials made =
        anyone
            .getCredentialsForIdentity(b -> b.identityId(id).logins(loginOf("ada")))
            .credentials();
    iot.createPolicy(
        b ->
            b.policyName("own-lamp").policyDocument(SHADOWS.formatted("${thingstead:OwnedThing}")));
    try (IotDataPlaneClient data = server.data(session(made))) {
      // The role allows it, but no IoT policy is attached to the identity.
      refused("ForbiddenException", () -> update(data, "lamp"));
      iot.attachPolicy(b -> b.policyName("own-lamp").target(id));
      refused("ForbiddenException", () -> update(data, "lamp"));
      iot.attachThingPrincipal(b -> b.thingName("lamp").principal(id));
      update(data, "lamp");
      refused("ForbiddenException", () -> update(data, "other"));
      assertThatThrownBy(() -> update(data, "other"))
          .hasMessageContaining("IoT policy of the identity")
          .hasMessageContaining("own-lamp");
    }
    assertThat(anyone.getId(b -> b.identityPoolId(pool).logins(loginOf("ada"))).identityId())
        .isEqualTo(id);
  }

  private static Map<String, String> loginOf(String subject) {
    try {
      return login(subject);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatProvesNothingIsRefused() {
    refused("ResourceNotFoundException", () -> anyone.getId(b -> b.identityPoolId("us-east-1:0")));
    refused(
        "NotAuthorizedException",
        () -> anyone.getId(b -> b.identityPoolId(pool).logins(Map.of(issuer.name(), "a.b.c"))));
    refused(
        "NotAuthorizedException",
        () ->
            anyone.getId(
                b ->
                    b.identityPoolId(pool)
                        .logins(Map.of("graph.example", loginOf("ada").get(issuer.name())))));
    refused(
        "ResourceNotFoundException",
        () -> anyone.getCredentialsForIdentity(b -> b.identityId("us-east-1:0")));
    String closed =
        pools
            .createIdentityPool(
                b -> b.identityPoolName("closed").allowUnauthenticatedIdentities(false))
            .identityPoolId();
    refused("NotAuthorizedException", () -> anyone.getId(b -> b.identityPoolId(closed)));
    refused(
        "InvalidParameterException",
        () ->
            pools.createIdentityPool(
                b ->
                    b.identityPoolName("other")
                        .allowUnauthenticatedIdentities(false)
                        .developerProviderName("login.mine")));
    refused("MissingAuthenticationTokenException", IdentityPoolTest::anonymously);
  }

  private static void anonymously() {
    anyone.listIdentityPools(b -> b.maxResults(1));
  }

  @Test
  void poolWithoutAFittingRoleSaysSo() {
    String bare =
        pools
            .createIdentityPool(
                b -> b.identityPoolName("bare").allowUnauthenticatedIdentities(true))
            .identityPoolId();
    String id = anyone.getId(b -> b.identityPoolId(bare)).identityId();
    refused(
        "InvalidIdentityPoolConfigurationException",
        () -> anyone.getCredentialsForIdentity(b -> b.identityId(id)));
    // A role that trusts another pool.
    pools.setIdentityPoolRoles(
        b -> b.identityPoolId(bare).roles(Map.of("unauthenticated", ROLES + "out")));
    refused(
        "InvalidIdentityPoolConfigurationException",
        () -> anyone.getCredentialsForIdentity(b -> b.identityId(id)));
    refused("InvalidParameterException", () -> anyone.getOpenIdToken(b -> b.identityId(id)));
  }

  @Test
  void tokenOfAPoolIsGoodForAssumingItsRole() throws Exception {
    String id = anyone.getId(b -> b.identityPoolId(pool).logins(loginOf("cid"))).identityId();
    String token = anyone.getOpenIdToken(b -> b.identityId(id).logins(loginOf("cid"))).token();
    try (StsClient sts = server.sts(AnonymousCredentialsProvider.create())) {
      assertThat(
              sts.assumeRoleWithWebIdentity(
                      b -> b.roleArn(ROLES + "in").roleSessionName("cid").webIdentityToken(token))
                  .subjectFromWebIdentityToken())
          .isEqualTo(id);
      refused(
          "AccessDenied",
          () ->
              sts.assumeRoleWithWebIdentity(
                  b -> b.roleArn(ROLES + "out").roleSessionName("cid").webIdentityToken(token)));
      refused(
          "InvalidIdentityToken",
          () ->
              sts.assumeRoleWithWebIdentity(
                  b ->
                      b.roleArn(ROLES + "in")
                          .roleSessionName("cid")
                          .webIdentityToken(token.substring(0, token.length() - 6) + "AAAAAA")));
    }
  }

  @Test
  void poolsAndIdentitiesAreListedChangedAndDeleted() {
    String made =
        pools
            .createIdentityPool(
                b -> b.identityPoolName("short").allowUnauthenticatedIdentities(true))
            .identityPoolId();
    pools.updateIdentityPool(
        b ->
            b.identityPoolId(made)
                .identityPoolName("renamed")
                .allowUnauthenticatedIdentities(true));
    assertThat(pools.describeIdentityPool(b -> b.identityPoolId(made)).identityPoolName())
        .isEqualTo("renamed");
    pools.setIdentityPoolRoles(
        b -> b.identityPoolId(made).roles(Map.of("unauthenticated", ROLES + "out")));
    assertThat(pools.getIdentityPoolRoles(b -> b.identityPoolId(made)).roles())
        .containsOnlyKeys("unauthenticated");
    assertThat(pools.listIdentityPools(b -> b.maxResults(60)).identityPools())
        .extracting(IdentityPoolShortDescription::identityPoolId)
        .contains(made, pool);
    String first = anyone.getId(b -> b.identityPoolId(made)).identityId();
    anyone.getId(b -> b.identityPoolId(made));
    ListIdentitiesResponse page = pools.listIdentities(b -> b.identityPoolId(made).maxResults(1));
    assertThat(page.identities()).hasSize(1);
    assertThat(
            pools
                .listIdentities(
                    b -> b.identityPoolId(made).maxResults(1).nextToken(page.nextToken()))
                .identities())
        .hasSize(1);
    assertThat(pools.describeIdentity(b -> b.identityId(first)).logins()).isEmpty();
    iot.createPolicy(b -> b.policyName("gone").policyDocument(SHADOWS.formatted("public")));
    iot.attachPolicy(b -> b.policyName("gone").target(first));
    pools.deleteIdentities(b -> b.identityIdsToDelete(first));
    refused("ResourceNotFoundException", () -> pools.describeIdentity(b -> b.identityId(first)));
    iot.deletePolicy(b -> b.policyName("gone"));
    pools.deleteIdentityPool(b -> b.identityPoolId(made));
    refused(
        "ResourceNotFoundException", () -> pools.describeIdentityPool(b -> b.identityPoolId(made)));
  }
}
