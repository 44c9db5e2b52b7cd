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
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.Action;
import software.amazon.awssdk.services.iot.model.CreateKeysAndCertificateResponse;
import software.amazon.awssdk.services.iotdataplane.IotDataPlaneClient;

/**
 * Nothing of an account is seen or changed by another: every operation of the SDK's clients is
 * called by an administrator of the one with the names, ids and ARNs of the other.
 */
class AcrossAccountsTest {
  private static final String OTHER = "123456789012";

  /** What only the first account knows. */
  private static final String SECRET = "known-to-the-first";

  private static final String POLICY =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:Publish",
       "Resource":"arn:aws:iot:us-east-1:000000000000:topic/known-to-the-first"}]}
      """;
  private static final Predicate<String> READS =
      Pattern.compile("(get|list|describe|search|test|validate)[A-Z].*").asMatchPredicate();

  @TempDir static Path directory;
  private static RunningNode node;
  private static IotClient iot;
  private static IotDataPlaneClient data;
  private static EveryOperation every;

  @BeforeAll
  static void start() throws Exception {
    node = new RunningNode(directory);
    iot = node.iot();
    data = node.data();
    every = new EveryOperation(furnish());
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
    node.close();
  }

  /** Makes one of each in the first account, and tells their names by the API's words for them. */
  private static Map<String, String> furnish() {
    Map<String, String> names = new HashMap<>();
    iot.createThingType(
        r -> r.thingTypeName("alpha").thingTypeProperties(p -> p.thingTypeDescription(SECRET)));
    String thing =
        iot.createThing(
                r ->
                    r.thingName("alpha")
                        .thingTypeName("alpha")
                        .attributePayload(a -> a.attributes(Map.of("secret", SECRET))))
            .thingArn();
    String group =
        iot.createThingGroup(
                r ->
                    r.thingGroupName("alpha")
                        .thingGroupProperties(p -> p.thingGroupDescription(SECRET)))
            .thingGroupArn();
    iot.addThingToThingGroup(r -> r.thingGroupName("alpha").thingName("alpha"));
    String policy = iot.createPolicy(r -> r.policyName("alpha").policyDocument(POLICY)).policyArn();
    iot.createTopicRule(
        r ->
            r.ruleName("alpha")
                .topicRulePayload(
                    p ->
                        p.sql("SELECT * FROM '" + SECRET + "'")
                            .awsIotSqlVersion("2016-03-23")
                            .actions(
                                Action.builder()
                                    .republish(
                                        t ->
                                            t.roleArn("arn:aws:iam::000000000000:role/r")
                                                .topic(SECRET))
                                    .build())));
    String domain =
        iot.createDomainConfiguration(
                r -> r.domainConfigurationName("alpha").domainName(SECRET + ".example"))
            .domainConfigurationArn();
    assertThat(domain).contains("domainconfiguration/alpha/");
    CreateKeysAndCertificateResponse made = iot.createKeysAndCertificate(r -> r.setAsActive(true));
    iot.attachPolicy(r -> r.policyName("alpha").target(made.certificateArn()));
    iot.attachThingPrincipal(r -> r.thingName("alpha").principal(made.certificateArn()));
    data.updateThingShadow(
        r ->
            r.thingName("alpha")
                .payload(
                    SdkBytes.fromUtf8String(
                        "{\"state\":{\"reported\":{\"s\":\"" + SECRET + "\"}}}")));
    data.publish(
        r -> r.topic("alpha").retain(true).qos(1).payload(SdkBytes.fromUtf8String(SECRET)));
    for (String name :
        List.of(
            "thingName",
            "thingTypeName",
            "thingGroupName",
            "policyName",
            "ruleName",
            "templateName",
            "roleAlias",
            "authorizerName",
            "topic",
            "clientId",
            "domainConfigurationName",
            "certificateProviderName")) {
      names.put(name, "alpha");
    }
    names.put("certificateId", made.certificateId());
    names.put("caCertificateId", made.certificateId());
    names.put("principal", made.certificateArn());
    names.put("target", made.certificateArn());
    names.put("certificateArn", made.certificateArn());
    names.put("certificatePem", made.certificatePem());
    names.put("thingArn", thing);
    names.put("thingGroupArn", group);
    names.put("resourceArn", policy);
    names.put("policyVersionId", "1");
    names.put("policyDocument", POLICY.replace(SECRET, "x"));
    names.put("targetAwsAccount", OTHER);
    names.put("newStatus", "INACTIVE");
    names.put("sql", "SELECT * FROM 'x'");
    return names;
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
    return all;
  }

  @Test
  void noOperationShowsOrChangesWhatIsAnotherAccounts() throws Exception {
    Map<String, String> before = everything();
    assertThat(before.values())
        .as("the secret can be read at all")
        .anyMatch(answer -> answer.contains(SECRET));

    Map<String, String> answers = new TreeMap<>();
    try (IotClient other =
            IotClient.builder()
                .endpointOverride(node.api())
                .region(Region.US_EAST_1)
                .credentialsProvider(others())
                .httpClient(new JdkHttp())
                .build();
        IotDataPlaneClient otherData =
            IotDataPlaneClient.builder()
                .endpointOverride(node.api())
                .region(Region.US_EAST_1)
                .credentialsProvider(others())
                .httpClient(new JdkHttp())
                .build()) {
      // What begins with these letters makes things, so that the rest finds some of its own.
      for (String letters : List.of("[a-c].*", "[^a-d].*", ".*")) {
        every
            .call(other, name -> name.matches(letters))
            .forEach((name, answer) -> answers.merge(name, answer, String::concat));
        answers.putAll(every.call(otherData, _ -> true));
      }
    }

    assertThat(answers).hasSizeGreaterThan(250);
    assertThat(answers.values()).noneMatch(answer -> answer.contains(SECRET));
    assertThat(answers.get("createThingType")).as("names do not meet").contains(OTHER);
    assertThat(answers.get("createPolicy")).contains(OTHER);
    assertThat(answers.get("createDomainConfiguration")).contains(OTHER);
    assertThat(everything()).isEqualTo(before);
  }
}
