package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The AWS SDKs of other languages walk through a device's life (acceptance row 4): all is made,
 * used, tried in each wrong order, and taken away in the right one. Java's is in {@link
 * WrongOrder}, the AWS CLI in {@code SliceIT}.
 */
class CloudClientsTest {
  private static final List<String> REFUSALS =
      List.of(
          "same-policy ResourceAlreadyExistsException 409",
          "other-policy ResourceAlreadyExistsException 409",
          "attached-policy DeleteConflictException 409",
          "active-certificate CertificateStateException 406",
          "unknown-certificate ResourceNotFoundException 404",
          "thing-with-certificate InvalidRequestException 400",
          "type-in-use InvalidRequestException 400",
          "certificate-in-use DeleteConflictException 409",
          "type-too-soon InvalidRequestException 400",
          "left 0");

  @TempDir private Path directory = Path.of("");

  private static Map<String, Object> given(RunningNode server) throws Exception {
    List<String> key = server.accessKey();
    Map<String, Object> given = new HashMap<>();
    given.put("endpoint", server.api().toString());
    given.put("region", "us-east-1");
    given.put("accessKey", key.getFirst());
    given.put("secretKey", key.getLast());
    given.put("port", server.port());
    given.put("ca", server.ca().toString());
    return given;
  }

  @Test
  void theSdkForPythonFromTheFirstToTheLast() throws Exception {
    try (RunningNode server = new RunningNode(directory)) {
      List<String> said = PythonClient.run("lifecycle.py", given(server)).lines().toList();

      assertThat(said).startsWith(REFUSALS.toArray(String[]::new));
      assertThat(said.subList(REFUSALS.size(), said.size()))
          .containsExactly(
              "retained aGVsbG8=",
              "topics ['boto/t']",
              "reserved-topic InvalidRequestException 400",
              "shadow 1",
              "no-shadow ResourceNotFoundException 404",
              "deleted-shadow ResourceNotFoundException 404");
    }
  }

  @Test
  void theSdkForJavaScriptFromTheFirstToTheLast() throws Exception {
    try (RunningNode server = new RunningNode(directory)) {
      List<String> said =
          NpmClient.run("lifecycle.cjs", given(server), server.ca()).lines().toList();

      assertThat(said.getFirst()).isEqualTo("heard hello on life/t");
      assertThat(said.subList(1, said.size())).isEqualTo(REFUSALS);
    }
  }
}
