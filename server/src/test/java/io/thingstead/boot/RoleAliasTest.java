package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import software.amazon.awssdk.services.iot.model.IotException;
import software.amazon.awssdk.services.iot.model.ListRoleAliasesResponse;
import software.amazon.awssdk.services.iot.model.ResourceAlreadyExistsException;
import software.amazon.awssdk.services.iot.model.ResourceNotFoundException;
import software.amazon.awssdk.services.iot.model.RoleAliasDescription;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Role aliases through the SDK, and the credential provider as a device calls it, with curl. */
class RoleAliasTest {
  private static final String ROLE = "arn:aws:iam::000000000000:role/device";
  private static final String TRUST =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",\
      "Principal":{"Service":"credentials.iot.amazonaws.com"}}]}\
      """;
  private static final String OWN_THING =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:DescribeThing",\
      "Resource":"arn:aws:iot:*:*:thing/${credentials-iot:ThingName}"}]}\
      """;

  @TempDir private static Path directory = Path.of("");
  private static RunningNode server;
  private static IotClient iot;
  private static RunningNode.Device device;

  @BeforeAll
  static void start() throws Exception {
    server = new RunningNode(directory);
    iot = server.iot();
    device = server.device("any");
    try (IamClient iam = server.iam()) {
      iam.createRole(b -> b.roleName("device").assumeRolePolicyDocument(TRUST));
      iam.putRolePolicy(b -> b.roleName("device").policyName("own").policyDocument(OWN_THING));
      iam.createRole(
          b ->
              b.roleName("other")
                  .assumeRolePolicyDocument(TRUST.replace("credentials.iot", "lambda")));
    }
    iot.createRoleAlias(b -> b.roleAlias("cam").roleArn(ROLE).credentialDurationSeconds(900));
    for (String thing : new String[] {"cam-1", "cam-2"}) {
      iot.createThing(b -> b.thingName(thing));
    }
    iot.attachThingPrincipal(b -> b.thingName("cam-1").principal(device.arn()));
  }

  @AfterAll
  static void stop() {
    iot.close();
    server.close();
  }

  @Test
  void aliasIsMadeDescribedChangedListedAndDeleted() {
    assertThat(iot.createRoleAlias(b -> b.roleAlias("a1").roleArn(ROLE)).roleAliasArn())
        .isEqualTo("arn:aws:iot:us-east-1:000000000000:rolealias/a1");
    RoleAliasDescription made =
        iot.describeRoleAlias(b -> b.roleAlias("a1")).roleAliasDescription();
    assertThat(made.credentialDurationSeconds()).isEqualTo(3600);
    assertThat(made.owner()).isEqualTo("000000000000");
    assertThatThrownBy(() -> iot.createRoleAlias(b -> b.roleAlias("a1").roleArn(ROLE)))
        .isInstanceOf(ResourceAlreadyExistsException.class);
    assertThatThrownBy(
            () -> iot.createRoleAlias(b -> b.roleAlias("a2").roleArn("arn:aws:iam::1:role/r")))
        .isInstanceOf(InvalidRequestException.class);
    iot.updateRoleAlias(b -> b.roleAlias("a1").credentialDurationSeconds(43_200));
    assertThat(
            iot.describeRoleAlias(b -> b.roleAlias("a1"))
                .roleAliasDescription()
                .credentialDurationSeconds())
        .isEqualTo(43_200);
    ListRoleAliasesResponse first = iot.listRoleAliases(b -> b.pageSize(1).ascendingOrder(true));
    assertThat(first.roleAliases()).containsExactly("a1");
    assertThat(
            iot.listRoleAliases(b -> b.ascendingOrder(true).marker(first.nextMarker()))
                .roleAliases())
        .contains("cam");
    iot.deleteRoleAlias(b -> b.roleAlias("a1"));
    assertThatThrownBy(() -> iot.deleteRoleAlias(b -> b.roleAlias("a1")))
        .isInstanceOf(ResourceNotFoundException.class);
  }

  private static String curl(String path, String... options) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "curl is not installed");
    List<String> command = new ArrayList<>(List.of("curl", "-s", "--cacert"));
    command.add(server.ca().toString());
    command.addAll(List.of("--cert", device.certificate().toString()));
    command.addAll(List.of("--key", device.key().toString()));
    command.addAll(List.of(options));
    command.addAll(List.of("-w", "\n%{http_code}"));
    command.add("https://localhost:" + server.devicePort() + path);
    File output = File.createTempFile("curl", ".txt");
    try {
      Process process =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
      return Files.readString(output.toPath()).strip();
    } finally {
      assertThat(output.delete()).isTrue();
    }
  }

  private static AwsSessionCredentials credentials(String... options) throws Exception {
    String answer = curl("/role-aliases/cam/credentials", options);
    assertThat(answer).endsWith("\n200");
    JsonNode given = JsonMapper.shared().readTree(answer.lines().findFirst().orElseThrow());
    JsonNode credentials = given.path("credentials");
    assertThat(credentials.path("expiration").asString()).matches("\\d{4}-.*T.*\\d\\dZ");
    return AwsSessionCredentials.create(
        credentials.path("accessKeyId").asString(),
        credentials.path("secretAccessKey").asString(),
        credentials.path("sessionToken").asString());
  }

  @Test
  void deviceGetsCredentialsThatReachItsOwnThingOnly() throws Exception {
    AwsSessionCredentials given = credentials("-H", "x-amzn-iot-thingname: cam-1");
    try (IotClient own = server.iot(given)) {
      assertThat(own.describeThing(b -> b.thingName("cam-1")).thingName()).isEqualTo("cam-1");
      assertThatThrownBy(() -> own.describeThing(b -> b.thingName("cam-2")))
          .isInstanceOfSatisfying(
              IotException.class,
              e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("AccessDeniedException"));
    }
  }

  @Test
  void withoutTheHeaderNoThingIsKnown() throws Exception {
    try (IotClient own = server.iot(credentials())) {
      assertThatThrownBy(() -> own.describeThing(b -> b.thingName("cam-1")))
          .hasMessageContaining("without a value: ${credentials-iot:ThingName}");
    }
  }

  @Test
  void whatStandsAgainstItIsSaid() throws Exception {
    assertThat(curl("/role-aliases/none/credentials"))
        .startsWith("{\"message\":\"there is no role alias none\"")
        .endsWith("\n404");
    assertThat(curl("/role-aliases/cam/credentials", "-H", "x-amzn-iot-thingname: cam-2"))
        .startsWith("{\"message\":\"Access Denied: ")
        .endsWith("\n403");
    iot.createRoleAlias(
        b -> b.roleAlias("untrusting").roleArn("arn:aws:iam::000000000000:role/other"));
    assertThat(curl("/role-aliases/untrusting/credentials"))
        .contains("its trust policy does not allow")
        .endsWith("\n403");
    iot.detachPolicy(b -> b.policyName("any").target(device.arn()));
    try {
      assertThat(curl("/role-aliases/cam/credentials"))
          .contains("iot:AssumeRoleWithCertificate")
          .contains("rolealias/cam")
          .endsWith("\n403");
    } finally {
      iot.attachPolicy(b -> b.policyName("any").target(device.arn()));
    }
  }
}
