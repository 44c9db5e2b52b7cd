package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.cognitoidentity.CognitoIdentityClient;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iotdataplane.IotDataPlaneClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.sts.StsClient;

/**
 * Nothing of an account is seen or changed by another: every operation of the SDK's clients is
 * called by an administrator of the one with the names, ids and ARNs of the other.
 */
class AcrossAccountsTest {
  private static final String OTHER = "123456789012";

  private static final String SECRET = Furnished.SECRET;

  private static final Predicate<String> READS =
      Pattern.compile("(get|list|describe|search|test|validate)[A-Z].*").asMatchPredicate();

  /** Of pools: what gives the caller an identity or its credentials is another each time. */
  private static final Predicate<String> POOL_READS =
      Pattern.compile("(list|describe|getIdentityPool)[A-Z]?.*").asMatchPredicate();

  @TempDir static Path directory;
  private static RunningNode node;
  private static IotClient iot;
  private static IotDataPlaneClient data;
  private static IamClient iam;
  private static LambdaClient lambda;
  private static CognitoIdentityClient pools;
  private static EveryOperation every;

  @BeforeAll
  static void start() throws Exception {
    node = new RunningNode(directory);
    iot = node.iot();
    data = node.data();
    iam = node.iam();
    lambda = node.lambda();
    pools = node.pools(StaticCredentialsProvider.create(node.administrator()));
    every = new EveryOperation(Furnished.names(node, OTHER));
    assertThat(
            node.signed(
                    "POST", "/_thingstead/accounts", Map.of(), "{\"accountId\":\"" + OTHER + "\"}")
                .statusCode())
        .isEqualTo(200);
  }

  @AfterAll
  static void stop() {
    iot.close();
    data.close();
    iam.close();
    lambda.close();
    pools.close();
    node.close();
  }

  private static AwsCredentials other() throws Exception {
    return others().resolveCredentials();
  }

  private static StaticCredentialsProvider others() throws Exception {
    Map<String, String> key = new HashMap<>();
    boolean here = false;
    for (String line :
        Files.readAllLines(directory.resolve("data/credentials"), StandardCharsets.UTF_8)) {
      here = line.startsWith("[") ? line.contains(OTHER) : here;
      int equals = line.indexOf('=');
      if (here && equals > 0) {
        key.put(line.substring(0, equals).strip(), line.substring(equals + 1).strip());
      }
    }
    return StaticCredentialsProvider.create(
        AwsBasicCredentials.create(
            key.getOrDefault("aws_access_key_id", ""),
            key.getOrDefault("aws_secret_access_key", "")));
  }

  /** All that can be read of the first account. */
  private static Map<String, String> everything() throws Exception {
    Map<String, String> all = new TreeMap<>(every.call(iot, READS));
    all.putAll(every.call(data, READS));
    put(all, "iam ", every.call(iam, READS));
    put(all, "lambda ", every.call(lambda, READS));
    put(all, "cognito ", every.call(pools, POOL_READS));
    return all;
  }

  private static void put(Map<String, String> all, String service, Map<String, String> said) {
    said.forEach((name, answer) -> all.merge(service + name, answer, String::concat));
  }

  /** Without the ARNs that the caller has sent himself. */
  private static String told(String answer) {
    return every.names().values().stream()
        .filter(name -> name.contains(SECRET))
        .reduce(answer, (text, name) -> text.replace(name, ""));
  }

  @Test
  void noOperationShowsOrChangesWhatIsAnotherAccounts() throws Exception {
    Map<String, String> before = everything();
    assertThat(before.values())
        .as("the secret can be read at all")
        .anyMatch(answer -> answer.contains(SECRET));

    Map<String, String> all = new TreeMap<>();
    try (IotClient other = node.iot(other());
        IotDataPlaneClient otherData = node.data(other());
        IamClient otherIam = node.iam(other());
        LambdaClient otherLambda = node.lambda(other());
        StsClient otherSts = node.sts(other());
        StsClient anyonesSts = node.sts(AnonymousCredentialsProvider.create());
        CognitoIdentityClient otherPools = node.pools(others())) {
      // What begins with these letters makes things, so that the rest finds some of its own.
      for (String letters : List.of("[a-c].*", "[^a-d].*", ".*")) {
        every
            .call(other, name -> name.matches(letters))
            .forEach((name, answer) -> all.merge(name, answer, String::concat));
        all.putAll(every.call(otherData, _ -> true));
      }
      // Twice, so that what is called later finds what was made; a key can be deleted only once.
      for (int round = 0; round < 2; round++) {
        put(all, "iam ", every.call(otherIam, _ -> true));
        put(all, "lambda ", every.call(otherLambda, _ -> true));
        put(all, "cognito ", every.call(otherPools, _ -> true));
        put(all, "sts ", every.call(otherSts, _ -> true));
        put(all, "anyone's sts ", every.call(anyonesSts, _ -> true));
      }
    }

    assertThat(all).hasSizeGreaterThan(550);
    assertThat(all).allSatisfy((name, answer) -> assertThat(told(answer)).doesNotContain(SECRET));
    assertThat(all.get("sts assumeRole")).startsWith("refused: ");
    assertThat(all.get("lambda invoke")).startsWith("refused: ");
    assertThat(all.get("cognito getCredentialsForIdentity")).startsWith("refused: ");
    assertThat(all.get("iam createRole")).as("names do not meet").contains(OTHER);
    assertThat(all.get("createThingType")).as("names do not meet").contains(OTHER);
    assertThat(all.get("createPolicy")).contains(OTHER);
    assertThat(all.get("createDomainConfiguration")).contains(OTHER);
    assertThat(everything()).isEqualTo(before);
  }
}
