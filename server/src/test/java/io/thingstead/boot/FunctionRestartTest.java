package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvocationType;

/** What is left of functions and their calls when the server ends. */
@Timeout(60)
class FunctionRestartTest {
  private static final String CODE =
      """
      exports.handler = async (event) => {
        console.log('begun', event.n);
        if (event.n === 7) await new Promise((done) => setTimeout(done, 60000));
        return event.n;
      };
      """;

  @TempDir private Path directory;

  private static void awaitBegun(RunningNode node) throws Exception {
    String log = "";
    while (!log.contains("begun 7")) {
      log = node.signed("GET", "/_thingstead/functions/log?name=kept", Map.of(), "").body();
    }
  }

  @Test
  void aCallThatWasTakenIsMadeAgainByTheNextServer() throws Exception {
    try (RunningNode node = new RunningNode(directory, FunctionCode.settings());
        LambdaClient lambda = node.lambda()) {
      String role = node.functionRole();
      lambda.createFunction(
          f ->
              f.functionName("kept")
                  .runtime("nodejs20.x")
                  .handler("index.handler")
                  .role(role)
                  .timeout(100)
                  .code(c -> c.zipFile(FunctionCode.zip("index.js", CODE))));
      lambda.invoke(
          i ->
              i.functionName("kept")
                  .invocationType(InvocationType.EVENT)
                  .payload(SdkBytes.fromUtf8String("{\"n\": 7}")));
      awaitBegun(node);
    }
    try (RunningNode node = new RunningNode(directory, FunctionCode.settings());
        LambdaClient lambda = node.lambda()) {
      awaitBegun(node);
      assertThat(
              lambda
                  .invoke(
                      i -> i.functionName("kept").payload(SdkBytes.fromUtf8String("{\"n\": 8}")))
                  .payload()
                  .asUtf8String())
          .as("its code is still there")
          .isEqualTo("8");
    }
  }
}
