package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;

/** The unchanged AWS SDK for JavaScript in a function, with the keys of the function's role. */
class FunctionSdkTest {
  private static final Path MODULES = Path.of("target", "npm", "node_modules").toAbsolutePath();

  /** What the SDK's client of the data plane consists of. */
  private static final List<String> SDK =
      List.of("@aws-sdk", "@smithy", "@aws-crypto", "@aws", "tslib", "bowser", "uuid");

  private static final String CODE =
      """
      const { IoTDataPlaneClient, PublishCommand } = require('@aws-sdk/client-iot-data-plane');
      const iot = new IoTDataPlaneClient({});
      exports.handler = async ({ topic }) => {
        try {
          await iot.send(new PublishCommand({ topic, qos: 1, payload: Buffer.from('x') }));
          return 'published';
        } catch (e) {
          return `${e.name}: ${e.message}`;
        }
      };
      """;

  private static SdkBytes archive() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes, StandardCharsets.UTF_8)) {
      zip.setLevel(Deflater.BEST_SPEED);
      zip.putNextEntry(new ZipEntry("index.js"));
      zip.write(CODE.getBytes(StandardCharsets.UTF_8));
      for (String each : SDK) {
        Path module = MODULES.resolve(each);
        if (!Files.exists(module)) {
          continue;
        }
        try (Stream<Path> files = Files.walk(module)) {
          List<Path> code =
              files
                  .filter(Files::isRegularFile)
                  .filter(file -> file.toString().matches(".*\\.(js|json|cjs)"))
                  .filter(file -> !file.toString().contains("/dist-es/"))
                  .toList();
          for (Path file : code) {
            zip.putNextEntry(new ZipEntry("node_modules/" + MODULES.relativize(file)));
            Files.copy(file, zip);
          }
        }
      }
    }
    return SdkBytes.fromByteArray(bytes.toByteArray());
  }

  @Test
  void theSdkReachesTheServerAndMayDoWhatTheRoleMay(@TempDir Path directory) throws Exception {
    assumeTrue(
        Files.isDirectory(MODULES.resolve("@aws-sdk")), "./thingstead test fetches " + MODULES);
    try (RunningNode node = new RunningNode(directory, FunctionCode.settings());
        LambdaClient lambda = node.lambda();
        IamClient iam = node.iam()) {
      String role = node.functionRole();
      iam.putRolePolicy(
          p ->
              p.roleName("functions")
                  .policyName("any")
                  .policyDocument(
                      """
                      {"Version":"2012-10-17","Statement":[{"Effect":"Allow",
                       "Action":"iot:Publish","Resource":"arn:aws:iot:*:*:topic/mine/*"}]}
                      """));
      SdkBytes zip = archive();
      lambda.createFunction(
          f ->
              f.functionName("sdk")
                  .runtime("nodejs20.x")
                  .handler("index.handler")
                  .role(role)
                  .timeout(30)
                  .code(c -> c.zipFile(zip)));

      assertThat(publish(lambda, "mine/t")).isEqualTo("\"published\"");
      assertThat(publish(lambda, "other/t"))
          .contains("Forbidden", "iot:Publish")
          .contains("topic/other/t");
    }
  }

  private static String publish(LambdaClient lambda, String topic) {
    InvokeResponse answer =
        lambda.invoke(
            i ->
                i.functionName("sdk")
                    .payload(SdkBytes.fromUtf8String("{\"topic\": \"" + topic + "\"}")));
    return answer.payload().asUtf8String();
  }
}
