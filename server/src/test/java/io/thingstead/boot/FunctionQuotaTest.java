package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.AuthorizerStatus;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;

/** What is more than the quotas of functions and custom authorizers allow. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(60)
class FunctionQuotaTest {
  private static final String CODE =
      """
      exports.handler = async (event) => {
        if (event.answer) return 'x'.repeat(event.answer);
        if (event.wait) {
          console.log('waiting');
          await new Promise((done) => setTimeout(done, 1500));
        }
        return 'done';
      };
      """;

  private @Nullable RunningNode node;
  private String role = "";

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    try (RunningNode first = new RunningNode(directory, FunctionCode.settings())) {
      role = first.functionRole();
      assertThat(
              first
                  .signed(
                      "POST",
                      "/_thingstead/limits",
                      Map.of(),
                      """
                      {"quotas": {"functions.functions": 1, "functions.payloadBytes": 100,
                       "functions.eventBytes": 50, "functions.pendingEvents": 1,
                       "functions.concurrent": 1, "authorizers.authorizers": 2,
                       "authorizers.active": 1, "authorizers.perSecond": 0}}
                      """)
                  .statusCode())
          .isEqualTo(200);
    }
    RunningNode started = new RunningNode(directory, FunctionCode.settings());
    node = started;
    try (LambdaClient lambda = started.lambda()) {
      make(lambda, "only");
    }
  }

  @AfterAll
  void stop() {
    node().close();
  }

  private RunningNode node() {
    return Objects.requireNonNull(node);
  }

  private void make(LambdaClient lambda, String name) {
    lambda.createFunction(
        f ->
            f.functionName(name)
                .runtime("nodejs20.x")
                .handler("index.handler")
                .role(role)
                .timeout(30)
                .code(c -> c.zipFile(FunctionCode.zip("index.js", CODE))));
  }

  private static InvokeResponse call(LambdaClient lambda, InvocationType type, String payload) {
    return lambda.invoke(
        i -> i.functionName("only").invocationType(type).payload(SdkBytes.fromUtf8String(payload)));
  }

  @Test
  @Order(1)
  void functionsAndTheirPayloadsHaveTheirBounds() throws Exception {
    try (LambdaClient lambda = node().lambda()) {
      ApiTest.refused(400, "CodeStorageExceededException", () -> make(lambda, "second"));
      String large = "\"" + "x".repeat(49) + "\"";
      ApiTest.refused(
          413, "RequestTooLargeException", () -> call(lambda, InvocationType.EVENT, large));
      assertThat(call(lambda, InvocationType.REQUEST_RESPONSE, large).functionError()).isNull();
      String larger = "\"" + "x".repeat(99) + "\"";
      ApiTest.refused(
          413,
          "RequestTooLargeException",
          () -> call(lambda, InvocationType.REQUEST_RESPONSE, larger));
    }
  }

  @Test
  @Order(3) // leaves a call behind that goes on
  void callsAtOneTimeHaveTheirBounds() throws Exception {
    try (LambdaClient lambda = node().lambda()) {
      CompletableFuture<InvokeResponse> first =
          CompletableFuture.supplyAsync(
              () -> call(lambda, InvocationType.REQUEST_RESPONSE, "{\"wait\": true}"));
      while (!node()
          .signed("GET", "/_thingstead/functions/log?name=only", Map.of(), "")
          .body()
          .contains("waiting")) {
        Thread.onSpinWait();
      }
      ApiTest.refused(
          429,
          "TooManyRequestsException",
          () -> {
            while (!first.isDone()) {
              call(lambda, InvocationType.REQUEST_RESPONSE, "{}");
            }
          });
      assertThat(first.join().functionError()).isNull();
      ApiTest.refused(
          429,
          "TooManyRequestsException",
          () -> {
            for (int i = 0; i < 10; i++) {
              call(lambda, InvocationType.EVENT, "{\"wait\": true}");
            }
          });
    }
  }

  @Test
  @Order(2)
  void authorizersHaveTheirBounds() throws Exception {
    try (IotClient iot = node().iot()) {
      for (String name : new String[] {"a1", "a2"}) {
        authorizer(iot, name, AuthorizerStatus.INACTIVE);
      }
      ApiTest.refused(
          410, "LimitExceededException", () -> authorizer(iot, "a3", AuthorizerStatus.INACTIVE));
      iot.updateAuthorizer(a -> a.authorizerName("a1").status(AuthorizerStatus.ACTIVE));
      ApiTest.refused(
          410,
          "LimitExceededException",
          () -> iot.updateAuthorizer(a -> a.authorizerName("a2").status(AuthorizerStatus.ACTIVE)));
      iot.setDefaultAuthorizer(a -> a.authorizerName("a1"));
      java.net.http.HttpResponse<String> refused =
          java.net.http.HttpClient.newHttpClient()
              .send(
                  java.net.http.HttpRequest.newBuilder(
                          java.net.URI.create(
                              "http://127.0.0.1:"
                                  + node().plainHttp()
                                  + "/topics/t?x-amz-customauthorizer-name=a1"))
                      .POST(java.net.http.HttpRequest.BodyPublishers.ofString("x"))
                      .build(),
                  java.net.http.HttpResponse.BodyHandlers.ofString());
      assertThat(refused.statusCode()).isEqualTo(403);
      assertThat(refused.body()).contains("authorizers.perSecond");
    }
  }

  private static void authorizer(IotClient iot, String name, AuthorizerStatus status) {
    iot.createAuthorizer(
        a ->
            a.authorizerName(name)
                .authorizerFunctionArn("arn:aws:lambda:us-east-1:000000000000:function:only")
                .signingDisabled(true)
                .status(status));
  }
}
