package io.thingstead.boot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.EntityAlreadyExistsException;
import software.amazon.awssdk.services.iam.model.InvalidInputException;
import software.amazon.awssdk.services.iam.model.NoSuchEntityException;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleWithWebIdentityResponse;

/** A role for whoever logs in elsewhere: tokens of a provider on loopback, through the SDK. */
class WebIdentityTest {
  private static final String ROLE = "arn:aws:iam::000000000000:role/app";

  @TempDir private static Path directory = Path.of("");
  private static RunningNode server;
  private static TokenIssuer issuer;
  private static StsClient sts;
  private static String provider;

  @BeforeAll
  static void start() throws Exception {
    issuer = new TokenIssuer();
    server = new RunningNode(directory, "allow-target", "127.0.0.1");
    sts = server.sts(AnonymousCredentialsProvider.create());
    try (IamClient iam = server.iam()) {
      provider =
          iam.createOpenIDConnectProvider(b -> b.url(issuer.url()).clientIDList("app-1"))
              .openIDConnectProviderArn();
      iam.createRole(b -> b.roleName("app").assumeRolePolicyDocument(trust("u-*")));
      iam.putRolePolicy(
          b ->
              b.roleName("app")
                  .policyName("own")
                  .policyDocument(
                      """
                      {"Version":"2012-10-17","Statement":[{"Effect":"Allow",\
                      "Action":"iot:CreateThing",\
                      "Resource":"arn:aws:iot:*:*:thing/${%s:sub}-*"}]}\
                      """
                          .formatted(issuer.name())));
    }
  }

  private static String trust(String subject) {
    return """
    {"Version":"2012-10-17","Statement":[{"Effect":"Allow",\
    "Action":"sts:AssumeRoleWithWebIdentity","Principal":{"Federated":"%s"},\
    "Condition":{"StringEquals":{"%s:aud":"app-1"},"StringLike":{"%s:sub":"%s"}}}]}\
    """
        .formatted(provider, issuer.name(), issuer.name(), subject);
  }

  @AfterAll
  static void stop() {
    sts.close();
    server.close();
    issuer.close();
  }

  private static AssumeRoleWithWebIdentityResponse assume(String token) {
    return sts.assumeRoleWithWebIdentity(
        b -> b.roleArn(ROLE).roleSessionName("phone").webIdentityToken(token));
  }

  private static void refused(int status, String code, String token) {
    assertThatThrownBy(() -> assume(token))
        .isInstanceOfSatisfying(
            AwsServiceException.class,
            e -> {
              assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code);
              assertThat(e.statusCode()).isEqualTo(status);
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"RS256", "ES256"})
  void tokenOfAKnownProviderGivesASessionOfTheRole(String algorithm) throws Exception {
    AssumeRoleWithWebIdentityResponse made = assume(issuer.signed(algorithm, issuer.claims("u-1")));
    assertThat(made.subjectFromWebIdentityToken()).isEqualTo("u-1");
    assertThat(made.provider()).isEqualTo(provider);
    assertThat(made.audience()).isEqualTo("app-1");
    AwsSessionCredentials session =
        AwsSessionCredentials.create(
            made.credentials().accessKeyId(),
            made.credentials().secretAccessKey(),
            made.credentials().sessionToken());
    try (IotClient iot = server.iot(session)) {
      iot.createThing(b -> b.thingName("u-1-lamp"));
      assertThatThrownBy(() -> iot.createThing(b -> b.thingName("u-2-lamp")))
          .hasMessageContaining("is not authorized to perform: iot:CreateThing");
    }
  }

  @Test
  void whomTheRoleDoesNotTrustIsRefused() throws Exception {
    refused(403, "AccessDenied", issuer.token("x-1"));
  }

  @Test
  void tokensThatAreNotWhatTheySayAreRefused() throws Exception {
    refused(400, "InvalidIdentityToken", "no.token.at.all");
    Map<String, Object> other = issuer.claims("u-1");
    other.put("aud", "another-app");
    refused(400, "InvalidIdentityToken", issuer.signed("RS256", other));
    Map<String, Object> stranger = issuer.claims("u-1");
    stranger.put("iss", "https://stranger.example");
    refused(400, "InvalidIdentityToken", issuer.signed("RS256", stranger));
    Map<String, Object> old = issuer.claims("u-1");
    old.put("exp", Instant.now().minusSeconds(10).getEpochSecond());
    refused(400, "ExpiredTokenException", issuer.signed("RS256", old));
    Map<String, Object> early = issuer.claims("u-1");
    early.put("nbf", Instant.now().plusSeconds(3600).getEpochSecond());
    refused(400, "InvalidIdentityToken", issuer.signed("RS256", early));
    Map<String, Object> everlasting = new HashMap<>(issuer.claims("u-1"));
    everlasting.remove("exp");
    refused(400, "InvalidIdentityToken", issuer.signed("RS256", everlasting));
    String good = issuer.token("u-1");
    String altered = good.substring(0, good.length() - 8) + "AAAAAAAA";
    refused(400, "InvalidIdentityToken", altered);
  }

  @Test
  void tokensWithoutASignatureOrWithAKeyForASecretAreRefused() {
    Map<String, Object> claims = issuer.claims("u-1");
    refused(
        400,
        "InvalidIdentityToken",
        TokenIssuer.forged(Map.of("alg", "none", "kid", "r"), claims, new byte[0]));
    for (String algorithm : new String[] {"HS256", "ES256"}) {
      refused(
          400,
          "InvalidIdentityToken",
          TokenIssuer.forged(
              Map.of("alg", algorithm, "kid", "r"), claims, "secret".getBytes(UTF_8)));
    }
  }

  @Test
  void keysOfAnIssuerAreAskedForOnce() throws Exception {
    assume(issuer.token("u-1"));
    int asked = issuer.asked();
    assume(issuer.token("u-2"));
    refused(
        400,
        "InvalidIdentityToken",
        TokenIssuer.forged(
            Map.of("alg", "RS256", "kid", "unknown"), issuer.claims("u-1"), new byte[256]));
    assertThat(issuer.asked()).isEqualTo(asked);
  }

  @Test
  void providersAreListedAndChanged() throws Exception {
    try (IamClient iam = server.iam()) {
      String arn =
          iam.createOpenIDConnectProvider(b -> b.url("https://login.example/a"))
              .openIDConnectProviderArn();
      assertThat(arn).isEqualTo("arn:aws:iam::000000000000:oidc-provider/login.example/a");
      iam.addClientIDToOpenIDConnectProvider(b -> b.openIDConnectProviderArn(arn).clientID("one"));
      assertThat(iam.getOpenIDConnectProvider(b -> b.openIDConnectProviderArn(arn)).clientIDList())
          .containsExactly("one");
      iam.removeClientIDFromOpenIDConnectProvider(
          b -> b.openIDConnectProviderArn(arn).clientID("one"));
      assertThat(iam.listOpenIDConnectProviders().openIDConnectProviderList())
          .anySatisfy(each -> assertThat(each.arn()).isEqualTo(arn));
      assertThatThrownBy(
              () -> iam.createOpenIDConnectProvider(b -> b.url("https://login.example/a")))
          .isInstanceOf(EntityAlreadyExistsException.class);
      assertThatThrownBy(() -> iam.createOpenIDConnectProvider(b -> b.url("ftp://x.example")))
          .isInstanceOf(InvalidInputException.class);
      // Nobody answers there, and the loopback of the guard is not opened for it.
      Map<String, Object> claims = issuer.claims("u-1");
      claims.put("iss", "https://login.example/a");
      refused(400, "IDPCommunicationError", issuer.signed("RS256", claims));
      iam.deleteOpenIDConnectProvider(b -> b.openIDConnectProviderArn(arn));
      assertThatThrownBy(() -> iam.getOpenIDConnectProvider(b -> b.openIDConnectProviderArn(arn)))
          .isInstanceOf(NoSuchEntityException.class);
    }
  }
}
