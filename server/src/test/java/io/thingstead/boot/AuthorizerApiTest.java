package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.iot.model.AuthorizerDescription;
import software.amazon.awssdk.services.iot.model.AuthorizerStatus;
import software.amazon.awssdk.services.iot.model.AuthorizerSummary;
import software.amazon.awssdk.services.iot.model.Tag;
import software.amazon.awssdk.services.iot.model.TestInvokeAuthorizerResponse;
import software.amazon.awssdk.services.lambda.LambdaClient;

/** Custom authorizers through the API: each operation, each member, each error. */
class AuthorizerApiTest extends ApiTest {
  private static final String INVALID = "InvalidRequestException";
  private static final String NOT_FOUND = "ResourceNotFoundException";
  private static final String FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:who";

  /** Lets in whom the password, the token or a header names; answers nonsense when asked to. */
  private static final String CODE =
      """
      exports.handler = async (event) => {
        const data = event.protocolData;
        const word = event.token ?? data.http?.headers?.who
            ?? Buffer.from(data.mqtt?.password ?? '', 'base64').toString();
        if (word === 'nonsense') return { isAuthenticated: true };
        return {
          isAuthenticated: word !== 'stranger',
          principalId: word + event.signatureVerified,
          disconnectAfterInSeconds: 3600,
          refreshAfterInSeconds: 300,
          policyDocuments: [{ Version: '2012-10-17', Statement: [
            { Effect: 'Allow', Action: 'iot:Connect', Resource: '*' }] }],
        };
      };
      """;

  private @Nullable KeyPair keys;

  @Override
  String[] settings() {
    return FunctionCode.settings();
  }

  @BeforeAll
  void makeFunction() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    keys = generator.generateKeyPair();
    String role = node().functionRole();
    try (LambdaClient lambda = node().lambda()) {
      lambda.createFunction(
          f ->
              f.functionName("who")
                  .runtime("nodejs20.x")
                  .handler("index.handler")
                  .role(role)
                  .code(c -> c.zipFile(FunctionCode.zip("index.js", CODE))));
      lambda.addPermission(
          p ->
              p.functionName("who")
                  .statementId("iot")
                  .action("lambda:InvokeFunction")
                  .principal("iot.amazonaws.com")
                  .sourceArn("arn:aws:iot:us-east-1:000000000000:authorizer/allowed*"));
    }
  }

  @AfterAll
  void forgetKeys() {
    keys = null;
  }

  private String pem() {
    return "-----BEGIN PUBLIC KEY-----\n"
        + Base64.getMimeEncoder()
            .encodeToString(Objects.requireNonNull(keys).getPublic().getEncoded())
        + "\n-----END PUBLIC KEY-----\n";
  }

  private String signed(String token) throws Exception {
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(Objects.requireNonNull(keys).getPrivate());
    signature.update(token.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    return Base64.getEncoder().encodeToString(signature.sign());
  }

  private void make(String name) {
    iot()
        .createAuthorizer(
            a -> a.authorizerName(name).authorizerFunctionArn(FUNCTION).signingDisabled(true));
  }

  @Test
  void anAuthorizerIsMadeReadChangedListedAndDeleted() {
    String pem = pem();
    assertThat(
            iot()
                .createAuthorizer(
                    a ->
                        a.authorizerName("life")
                            .authorizerFunctionArn(FUNCTION)
                            .tokenKeyName("token")
                            .tokenSigningPublicKeys(Map.of("k", pem))
                            .tags(Tag.builder().key("a").value("b").build())
                            .status(AuthorizerStatus.ACTIVE))
                .authorizerArn())
        .isEqualTo("arn:aws:iot:us-east-1:000000000000:authorizer/life");
    AuthorizerDescription is =
        iot().describeAuthorizer(a -> a.authorizerName("life")).authorizerDescription();
    assertThat(is.authorizerFunctionArn()).isEqualTo(FUNCTION);
    assertThat(is.tokenKeyName()).isEqualTo("token");
    assertThat(is.tokenSigningPublicKeys()).isEqualTo(Map.of("k", pem));
    assertThat(is.status()).isEqualTo(AuthorizerStatus.ACTIVE);
    assertThat(is.signingDisabled()).isFalse();
    assertThat(is.enableCachingForHttp()).isFalse();
    assertThat(is.creationDate()).isEqualTo(is.lastModifiedDate());
    assertThat(iot().listTagsForResource(t -> t.resourceArn(is.authorizerArn())).tags()).hasSize(1);
    refused(
        409,
        "DeleteConflictException",
        () -> iot().deleteAuthorizer(a -> a.authorizerName("life")));
    iot()
        .updateAuthorizer(
            a ->
                a.authorizerName("life")
                    .status(AuthorizerStatus.INACTIVE)
                    .enableCachingForHttp(true));
    AuthorizerDescription changed =
        iot().describeAuthorizer(a -> a.authorizerName("life")).authorizerDescription();
    assertThat(changed.status()).isEqualTo(AuthorizerStatus.INACTIVE);
    assertThat(changed.enableCachingForHttp()).isTrue();
    assertThat(changed.tokenKeyName()).isEqualTo("token");
    iot().deleteAuthorizer(a -> a.authorizerName("life"));
    refused(404, NOT_FOUND, () -> iot().describeAuthorizer(a -> a.authorizerName("life")));
    refused(404, NOT_FOUND, () -> iot().deleteAuthorizer(a -> a.authorizerName("life")));
    refused(404, NOT_FOUND, () -> iot().updateAuthorizer(a -> a.authorizerName("life")));
  }

  @Test
  void whatCannotAuthorizeIsRefused() {
    make("taken");
    refused(409, "ResourceAlreadyExistsException", () -> make("taken"));
    refused(
        400,
        INVALID,
        () -> iot().createAuthorizer(a -> a.authorizerName("n").authorizerFunctionArn("who")));
    refused(
        400,
        INVALID,
        () ->
            iot()
                .createAuthorizer(
                    a ->
                        a.authorizerName("n")
                            .authorizerFunctionArn(FUNCTION)
                            .tokenKeyName("token")));
    refused(
        400,
        INVALID,
        () ->
            iot()
                .createAuthorizer(
                    a ->
                        a.authorizerName("n")
                            .authorizerFunctionArn(FUNCTION)
                            .tokenKeyName("token")
                            .tokenSigningPublicKeys(Map.of("k", "no key"))));
  }

  @Test
  void authorizersAreListedByStateInBothDirections() {
    for (String name : new String[] {"zlist1", "zlist2", "zlist3"}) {
      make(name);
    }
    iot().updateAuthorizer(a -> a.authorizerName("zlist2").status(AuthorizerStatus.ACTIVE));
    var last = iot().listAuthorizers(a -> a.ascendingOrder(false).pageSize(2));
    assertThat(last.authorizers())
        .extracting(AuthorizerSummary::authorizerName)
        .containsExactly("zlist3", "zlist2");
    assertThat(
            iot()
                .listAuthorizers(a -> a.ascendingOrder(false).marker(last.nextMarker()))
                .authorizers())
        .first()
        .satisfies(found -> assertThat(found.authorizerName()).isEqualTo("zlist1"));
    assertThat(iot().listAuthorizers(a -> a.status(AuthorizerStatus.ACTIVE)).authorizers())
        .extracting(AuthorizerSummary::authorizerName)
        .contains("zlist2")
        .doesNotContain("zlist1", "zlist3");
  }

  @Test
  void oneIsTheDefault() {
    make("default1");
    refused(404, NOT_FOUND, () -> iot().describeDefaultAuthorizer(_ -> {}));
    refused(404, NOT_FOUND, () -> iot().clearDefaultAuthorizer(_ -> {}));
    refused(404, NOT_FOUND, () -> iot().setDefaultAuthorizer(a -> a.authorizerName("none")));
    iot().setDefaultAuthorizer(a -> a.authorizerName("default1"));
    refused(
        409,
        "ResourceAlreadyExistsException",
        () -> iot().setDefaultAuthorizer(a -> a.authorizerName("default1")));
    assertThat(iot().describeDefaultAuthorizer(_ -> {}).authorizerDescription().authorizerName())
        .isEqualTo("default1");
    refused(
        409,
        "DeleteConflictException",
        () -> iot().deleteAuthorizer(a -> a.authorizerName("default1")));
    iot().clearDefaultAuthorizer(_ -> {});
    iot().deleteAuthorizer(a -> a.authorizerName("default1"));
  }

  @Test
  void anAuthorizerIsTestedWithWhatAClientWouldShow() throws Exception {
    make("allowed1");
    TestInvokeAuthorizerResponse byPassword =
        iot()
            .testInvokeAuthorizer(
                t ->
                    t.authorizerName("allowed1")
                        .mqttContext(
                            m -> m.clientId("c").password(SdkBytes.fromUtf8String("friend"))));
    assertThat(byPassword.isAuthenticated()).isTrue();
    assertThat(byPassword.principalId()).isEqualTo("friendfalse");
    assertThat(byPassword.refreshAfterInSeconds()).isEqualTo(300);
    assertThat(byPassword.disconnectAfterInSeconds()).isEqualTo(3600);
    assertThat(byPassword.policyDocuments()).singleElement().asString().contains("iot:Connect");
    assertThat(
            iot()
                .testInvokeAuthorizer(
                    t ->
                        t.authorizerName("allowed1")
                            .httpContext(h -> h.headers(Map.of("who", "stranger"))))
                .isAuthenticated())
        .isFalse();
    refused(
        400,
        "InvalidResponseException",
        () ->
            iot()
                .testInvokeAuthorizer(
                    t ->
                        t.authorizerName("allowed1")
                            .httpContext(h -> h.headers(Map.of("who", "nonsense")))));
    iot()
        .createAuthorizer(
            a ->
                a.authorizerName("allowed2")
                    .authorizerFunctionArn(FUNCTION)
                    .tokenKeyName("token")
                    .tokenSigningPublicKeys(Map.of("k", pem())));
    String signature = signed("good");
    assertThat(
            iot()
                .testInvokeAuthorizer(
                    t -> t.authorizerName("allowed2").token("good").tokenSignature(signature))
                .principalId())
        .isEqualTo("goodtrue");
    refused(
        400,
        INVALID,
        () ->
            iot()
                .testInvokeAuthorizer(
                    t -> t.authorizerName("allowed2").token("bad").tokenSignature(signature)));
    refused(
        404, NOT_FOUND, () -> iot().testInvokeAuthorizer(t -> t.authorizerName("none").token("t")));
  }

  @Test
  void aFunctionThatDoesNotLetTheAuthorizerCallIsNotCalled() {
    make("foreign");
    refused(
        403,
        "AccessDeniedException",
        () -> iot().testInvokeAuthorizer(t -> t.authorizerName("foreign").token("t")));
  }
}
