package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.cognitoidentity.CognitoIdentityClient;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.AccessKey;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.sts.StsClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Every operation of the control plane, called with names that mean something: what was changed and
 * what was refused is written down once, and nothing else is.
 */
class AuditWalkTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Pattern READS =
      Pattern.compile("(Get|List|Describe|Search|Test|Validate|Invoke|Generate|Simulate)[A-Z]?.*");
  private static final Pattern CREDENTIALS =
      Pattern.compile(
          "(AssumeRole.*|GetSessionToken|GetId|GetOpenIdToken|GetCredentialsForIdentity)");

  @TempDir private static Path directory = Path.of("");
  private static RunningNode node;
  private static EveryOperation every;
  private static AwsCredentials nobody;

  @BeforeAll
  static void start() throws Exception {
    node = new RunningNode(directory, FunctionCode.settings());
    every = new EveryOperation(Furnished.names(node, "123456789012"));
    try (IamClient iam = node.iam()) {
      iam.createUser(r -> r.userName("nobody"));
      AccessKey key = iam.createAccessKey(r -> r.userName("nobody")).accessKey();
      nobody = AwsBasicCredentials.create(key.accessKeyId(), key.secretAccessKey());
    }
    String limits =
        "{\"quotas\": {\"audit.refusalsPerSecond\": \"unlimited\","
            + " \"persons.newIdentitiesPerSecond\": \"unlimited\"}}";
    assertThat(node.signed("POST", "/_thingstead/limits", Map.of(), limits).statusCode())
        .isEqualTo(200);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  /** All that is written down of a kind, the oldest first. */
  private static List<String> entries(String kind) throws Exception {
    List<String> all = new ArrayList<>();
    String next = "";
    do {
      JsonNode page =
          JSON.readTree(
              node.signed(
                      "GET",
                      "/_thingstead/audit?maxResults=1000&" + kind + "=true" + next,
                      Map.of(),
                      "")
                  .body());
      page.path("entries")
          .forEach(
              each -> {
                assertThat(each.path("principal").asString()).isNotEmpty();
                assertThat(each.path("from").asString()).isEqualTo("127.0.0.1");
                all.addFirst(each.path("operation").asString());
              });
      next = page.path("nextToken").asString("");
      next = next.isEmpty() ? "" : "&nextToken=" + next;
    } while (!next.isEmpty());
    return all;
  }

  /** What became of each operation of each service, in the order of the calls. */
  private static Map<String, String> walk(AwsCredentials caller) throws Exception {
    Map<String, String> answers = new LinkedHashMap<>();
    try (IotClient iot = node.iot(caller);
        IamClient iam = node.iam(caller);
        LambdaClient lambda = node.lambda(caller);
        StsClient sts = node.sts(caller);
        CognitoIdentityClient pools = node.pools(StaticCredentialsProvider.create(caller))) {
      Map<String, Object> clients = new TreeMap<>();
      clients.put("lambda", lambda);
      clients.put("sts", sts);
      clients.put("cognito-identity", pools);
      clients.put("iam", iam);
      clients.put("iot", iot);
      for (Map.Entry<String, Object> client : clients.entrySet()) {
        // What makes things comes before what takes them away.
        for (String letters : List.of("[a-c].*", "[^a-d].*", "d.*")) {
          every
              .call(client.getValue(), name -> name.matches(letters))
              .forEach(
                  (name, answer) ->
                      answers.put(
                          client.getKey()
                              + ":"
                              + Character.toUpperCase(name.charAt(0))
                              + name.substring(1),
                          answer));
        }
      }
    }
    return answers;
  }

  private static String operation(String name) {
    return name.substring(name.indexOf(':') + 1);
  }

  /** How many entries there were of each operation from a place on. */
  private static Map<String, Integer> counted(List<String> entries, int from) {
    Map<String, Integer> counts = new HashMap<>();
    entries.subList(from, entries.size()).forEach(each -> counts.merge(each, 1, Integer::sum));
    return counts;
  }

  /** A change is on disk with what was written down before it, also of what nobody waits for. */
  private static void barrier() throws Exception {
    assertThat(
            node.signed("POST", "/_thingstead/limits", Map.of(), "{\"quotas\": {}}").statusCode())
        .isEqualTo(200);
  }

  @Test
  void everyChangeAndEveryRefusalIsWrittenDownOnce() throws Exception {
    int before = entries("changes").size();
    int refusedBefore = entries("refused").size();
    int issuedBefore = entries("credentials").size();

    Map<String, String> refusals = walk(nobody);
    barrier();
    Map<String, Integer> refused = counted(entries("refused"), refusedBefore);
    Map<String, Integer> expected = new HashMap<>();
    refusals.forEach(
        (name, answer) -> {
          if (answer.contains("is not authorized to perform")
              || answer.contains("AccessDenied")
              || answer.contains("Status Code: 403")) {
            expected.put(name, 1);
          }
        });
    assertThat(refused).isEqualTo(expected);
    assertThat(refused).as("so many were refused").hasSizeGreaterThan(140);
    assertThat(counted(entries("changes"), before).keySet())
        .as("who may do nothing changes nothing")
        .allMatch(each -> each.startsWith("POST /_thingstead/"));

    int after = entries("changes").size();
    Map<String, String> answers = walk(node.administrator());
    barrier();
    Map<String, Integer> changed = counted(entries("changes"), after);
    changed.keySet().removeIf(each -> each.startsWith("POST /_thingstead/"));
    Map<String, Integer> done = new HashMap<>();
    Map<String, Integer> issued = new HashMap<>();
    answers.forEach(
        (name, answer) -> {
          if (answer.startsWith("refused: ")) {
            return;
          }
          if (CREDENTIALS.matcher(operation(name)).matches()) {
            issued.put(name, 1);
          } else if (!READS.matcher(operation(name)).matches()) {
            done.put(name, 1);
          }
        });
    assertThat(changed).isEqualTo(done);
    assertThat(new TreeSet<>(done.keySet()))
        .as("so many were done")
        .hasSizeGreaterThan(35)
        .contains("iam:CreateAccessKey", "iot:UpdateThing", "lambda:DeleteFunction");
    issued.putAll(
        refusals.entrySet().stream()
            .filter(each -> !each.getValue().startsWith("refused: "))
            .filter(each -> CREDENTIALS.matcher(operation(each.getKey())).matches())
            .collect(
                java.util.stream.Collectors.toMap(
                    Map.Entry::getKey, each -> issued.containsKey(each.getKey()) ? 2 : 1)));
    assertThat(counted(entries("credentials"), issuedBefore)).isEqualTo(issued);
    assertThat(issued).isNotEmpty();
  }
}
