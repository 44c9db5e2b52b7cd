package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.CreateFunctionResponse;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.GetFunctionResponse;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The Lambda API through the unchanged AWS SDK: each operation, each member, each error. */
class FunctionApiTest extends ApiTest {
  private static final String INVALID = "InvalidParameterValueException";
  private static final String NOT_FOUND = "ResourceNotFoundException";
  private static final String ARN = "arn:aws:lambda:us-east-1:000000000000:function:";
  private static final SdkBytes CODE =
      FunctionCode.zip("index.js", "exports.handler = async (event) => event;");

  private @Nullable LambdaClient client;
  private String role = "";

  @Override
  String[] settings() {
    return FunctionCode.settings();
  }

  @BeforeAll
  void connect() throws IOException {
    client = node().lambda();
    role = node().functionRole();
  }

  @AfterAll
  void disconnect() {
    lambda().close();
  }

  private LambdaClient lambda() {
    return Objects.requireNonNull(client);
  }

  private CreateFunctionResponse make(String name, Consumer<CreateFunctionRequest.Builder> more) {
    return lambda()
        .createFunction(
            f -> {
              f.functionName(name).runtime("nodejs20.x").handler("index.handler").role(role);
              f.code(c -> c.zipFile(CODE));
              more.accept(f);
            });
  }

  @Test
  void aFunctionIsMadeReadChangedListedAndDeleted() throws Exception {
    CreateFunctionResponse made =
        make(
            "life",
            f ->
                f.description("told")
                    .memorySize(256)
                    .timeout(7)
                    .tags(Map.of("k", "v"))
                    .environment(e -> e.variables(Map.of("AB", "c"))));
    assertThat(made.functionArn()).isEqualTo(ARN + "life");
    assertThat(made.codeSize()).isEqualTo(CODE.asByteArray().length);
    assertThat(made.stateAsString()).isEqualTo("Active");
    assertThat(made.version()).isEqualTo("$LATEST");
    assertThat(made.lastModified())
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\+0000");
    GetFunctionResponse is = lambda().getFunction(f -> f.functionName(ARN + "life"));
    assertThat(is.tags()).isEqualTo(Map.of("k", "v"));
    assertThat(is.configuration().handler()).isEqualTo("index.handler");
    assertThat(is.configuration().role()).isEqualTo(role);
    assertThat(is.configuration().environment().variables()).isEqualTo(Map.of("AB", "c"));
    assertThat(is.configuration().description()).isEqualTo("told");

    lambda()
        .updateFunctionConfiguration(
            f -> f.functionName("life").timeout(9).environment(e -> e.variables(Map.of())));
    var configuration = lambda().getFunctionConfiguration(f -> f.functionName("life"));
    assertThat(configuration.timeout()).isEqualTo(9);
    assertThat(configuration.memorySize()).isEqualTo(256);
    assertThat(configuration.environment()).isNull();
    refused(
        412,
        "PreconditionFailedException",
        () ->
            lambda()
                .updateFunctionConfiguration(
                    f -> f.functionName("life").timeout(1).revisionId(made.revisionId())));

    SdkBytes other = FunctionCode.zip("index.js", "exports.handler = async () => 'other';");
    assertThat(
            lambda()
                .invoke(i -> i.functionName("life").payload(SdkBytes.fromUtf8String("1")))
                .payload()
                .asUtf8String())
        .isEqualTo("1");
    var changed = lambda().updateFunctionCode(f -> f.functionName("life").zipFile(other));
    assertThat(changed.codeSha256()).isNotEqualTo(made.codeSha256());
    assertThat(lambda().invoke(i -> i.functionName("life")).payload().asUtf8String())
        .as("the new code")
        .isEqualTo("\"other\"");
    HttpResponse<String> archive =
        node().signed("GET", "/_thingstead/functions/code?name=life", Map.of(), "");
    assertThat(archive.statusCode()).isEqualTo(200);

    lambda().deleteFunction(f -> f.functionName("life"));
    refused(404, NOT_FOUND, () -> lambda().getFunction(f -> f.functionName("life")));
    refused(404, NOT_FOUND, () -> lambda().invoke(f -> f.functionName("life")));
    refused(404, NOT_FOUND, () -> lambda().deleteFunction(f -> f.functionName("life")));
    refused(
        404,
        NOT_FOUND,
        () -> lambda().updateFunctionCode(f -> f.functionName("life").zipFile(CODE)));
  }

  @Test
  void functionsAreListedInPages() {
    for (String name : List.of("list1", "list2", "list3")) {
      make(name, _ -> {});
    }
    var first = lambda().listFunctions(f -> f.maxItems(2));
    assertThat(first.functions()).hasSize(2);
    var rest = lambda().listFunctions(f -> f.marker(first.nextMarker()));
    List<String> names =
        java.util.stream.Stream.concat(first.functions().stream(), rest.functions().stream())
            .map(FunctionConfiguration::functionName)
            .toList();
    assertThat(names).isSorted().doesNotHaveDuplicates().contains("list1", "list2", "list3");
  }

  @Test
  void whatCannotBeAFunctionIsRefusedByTheExactError() {
    make("taken", _ -> {});
    refused(409, "ResourceConflictException", () -> make("taken", _ -> {}));
    refused(400, INVALID, () -> make("java", f -> f.runtime("java21")));
    refused(
        400,
        INVALID,
        () -> make("reserved", f -> f.environment(e -> e.variables(Map.of("AWS_REGION", "x")))));
    refused(
        400,
        INVALID,
        () -> make("large", f -> f.environment(e -> e.variables(Map.of("BIG", "x".repeat(5000))))));
    refused(400, INVALID, () -> make("slow", f -> f.timeout(901)));
    refused(400, INVALID, () -> make("alone", f -> f.role(role + "-that-is-not")));
    refused(400, INVALID, () -> make("vpc", f -> f.layers(ARN.replace("function:", "layer:l:1"))));
    refused(400, INVALID, () -> make("s3", f -> f.code(c -> c.s3Bucket("bucket").s3Key("k"))));
    refused(
        404, NOT_FOUND, () -> lambda().getFunction(f -> f.functionName("taken").qualifier("7")));
    refused(
        404,
        NOT_FOUND,
        () ->
            lambda()
                .getFunction(
                    f -> f.functionName("arn:aws:lambda:us-east-1:999999999999:function:taken")));
  }

  @Test
  void anArchiveThatIsATrapIsRefused() {
    refused(400, INVALID, () -> trap(SdkBytes.fromUtf8String("no archive")));
    refused(400, INVALID, () -> trap(FunctionCode.zip("../index.js", "")));
    refused(400, INVALID, () -> trap(FunctionCode.zip("a/../../index.js", "")));
    refused(400, INVALID, () -> trap(FunctionCode.zip("/etc/index.js", "")));
    refused(400, INVALID, () -> trap(FunctionCode.zip("a", "", "a/index.js", "")));
  }

  private void trap(SdkBytes zip) {
    make("trap", f -> f.code(c -> c.zipFile(zip)));
  }

  @Test
  void aPolicySaysWhoElseMayCall() {
    make("shared", _ -> {});
    refused(404, NOT_FOUND, () -> lambda().getPolicy(p -> p.functionName("shared")));
    String rule = "arn:aws:iot:us-east-1:000000000000:rule/r";
    String statement =
        lambda()
            .addPermission(
                p ->
                    p.functionName("shared")
                        .statementId("s1")
                        .action("lambda:InvokeFunction")
                        .principal("iot.amazonaws.com")
                        .sourceArn(rule))
            .statement();
    JsonNode said = JsonMapper.shared().readTree(statement);
    assertThat(said.path("Principal").path("Service").asString()).isEqualTo("iot.amazonaws.com");
    assertThat(said.path("Condition").path("ArnLike").path("AWS:SourceArn").asString())
        .isEqualTo(rule);
    refused(
        409,
        "ResourceConflictException",
        () ->
            lambda()
                .addPermission(
                    p ->
                        p.functionName("shared")
                            .statementId("s1")
                            .action("lambda:InvokeFunction")
                            .principal("iot.amazonaws.com")));
    JsonNode policy =
        JsonMapper.shared().readTree(lambda().getPolicy(p -> p.functionName("shared")).policy());
    assertThat(policy.path("Statement").path(0)).isEqualTo(said);
    lambda().removePermission(p -> p.functionName("shared").statementId("s1"));
    refused(
        404,
        NOT_FOUND,
        () -> lambda().removePermission(p -> p.functionName("shared").statementId("s1")));
  }

  @Test
  void aCallIsCheckedBeforeItIsMade() {
    make("checked", _ -> {});
    assertThat(
            lambda()
                .invoke(i -> i.functionName("checked").invocationType(InvocationType.DRY_RUN))
                .statusCode())
        .isEqualTo(204);
    refused(
        400,
        "InvalidRequestContentException",
        () ->
            lambda().invoke(i -> i.functionName("checked").payload(SdkBytes.fromUtf8String("{"))));
    refused(
        400,
        "InvalidRequestContentException",
        () -> lambda().invoke(i -> i.functionName("checked").clientContext("no base64")));
    refused(
        413,
        "RequestTooLargeException",
        () ->
            lambda()
                .invoke(
                    i ->
                        i.functionName("checked")
                            .invocationType(InvocationType.EVENT)
                            .payload(SdkBytes.fromUtf8String("\"" + "x".repeat(1 << 20) + "\""))));
  }

  @Test
  void theClientContextReachesTheFunction() {
    make(
        "client",
        f ->
            f.code(
                c ->
                    c.zipFile(
                        FunctionCode.zip(
                            "index.js",
                            "exports.handler = async (_, context) =>"
                                + " context.clientContext.env;"))));
    String context =
        Base64.getEncoder()
            .encodeToString(
                "{\"env\": {\"a\": 1}}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertThat(
            lambda()
                .invoke(i -> i.functionName("client").clientContext(context))
                .payload()
                .asUtf8String())
        .isEqualTo("{\"a\":1}");
  }
}
