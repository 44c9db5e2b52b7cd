package io.thingstead.installed;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.boot.FunctionCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every command in the documents is run as it stands. */
class DocumentIT {
  @Test
  void theReadmesFirstScreenWorksAsItStands() throws IOException {
    try (Installed server = Installed.startAsDocumented()) {
      String output = runBlock(server, "README.md", "quickstart");

      assertThat(output)
          .contains("\"endpointAddress\": \"localhost\"")
          .containsPattern("\\{\"temperature\":60,\"device\":\"thermo1\",\"ts\":[0-9]{13}}")
          .containsPattern("\"version\":1,\"timestamp\":[0-9]{10}")
          .contains("{\"every\":5}")
          .contains(
              "no statement of policies [thermometer] allows iot:Publish on"
                  + " arn:aws:iot:us-east-1:000000000000:topic/sensors/thermo2/t");
      assertThat(server.printed())
          .contains("refused publish client=thermo1 topic=sensors/thermo2/t");
    }
  }

  @Test
  void aDeviceOfAnOwnCaComesOnlineByTheCommandsOfTheIdentityPage() throws IOException {
    try (Installed server = Installed.startAsDocumented()) {
      String output = runBlock(server, "docs/identity.md", "own-ca");

      assertThat(output).endsWith("{\"level\": 7}");
      assertThat(server.printed()).contains("is PENDING_ACTIVATION");
    }
  }

  @Test
  void whatThePolicyPageShowsIsAllowedRefusedAndExplained() throws IOException {
    try (Installed server = Installed.startAsDocumented()) {
      String denied = "statement 1 (Sid \"NoSecrets\") of policy no-secrets version 1 denies";
      assertThat(runBlock(server, "docs/policies.md", "policies"))
          .contains("ALLOWED\tEXPLICIT_DENY")
          .contains("refused publish client=pump7 resource=pumps/pump7/secret")
          .contains("denied: " + denied);
    }
  }

  @Test
  void aDeviceOfAnOwnCaIsLetInByAFunctionByTheCommandsOfTheIdentityPage() throws IOException {
    // Where the kernel has no sandbox, functions run without; the tests of functions say so too.
    String[] options =
        FunctionCode.isSandboxed() ? new String[0] : new String[] {"--allow-unsandboxed-functions"};
    try (Installed server = Installed.startAsDocumented(options)) {
      String output = runBlock(server, "docs/identity.md", "jitr");

      assertThat(output).endsWith("{\"level\": 8}");
      assertThat(server.printed()).contains("is PENDING_ACTIVATION");
    }
  }

  @Test
  void devicesAreProvisionedByTheCommandsOfTheProvisioningPage() throws IOException {
    try (Installed server = Installed.startAsDocumented()) {
      assertThat(runBlock(server, "docs/provisioning.md", "fleet"))
          .contains("\"thingName\":\"meter-7\"")
          .endsWith("{\"level\": 7}");
      assertThat(runBlock(server, "docs/provisioning.md", "just-in-time"))
          .endsWith("{\"open\": true}");
      assertThat(server.printed()).contains("was provisioned just now; it may connect again");
      assertThat(runBlock(server, "docs/provisioning.md", "bulk")).endsWith("3\nlamp-3");
    }
  }

  @Test
  void theBridgePagesCommandsWorkAsTheyStand() throws IOException {
    try (Installed server = Installed.startAsDocumented()) {
      assertThat(runBlock(server, "docs/bridge.md", "bridge"))
          .contains("site1/up")
          .contains("commands/light on");
    }
  }

  @Test
  void theWaysInOfTheConnectPageWorkAsTheyStand() throws IOException {
    try (Installed server = Installed.startAsDocumented()) {
      String output = runBlock(server, "docs/connect.md", "connect");

      assertThat(output)
          .contains("by mosquitto\n")
          .contains("{\"message\":\"OK\",\"traceId\":\"")
          .contains("\"topic\":\"demo/t\",\"payload\":\"YnkgY3VybA==\",\"qos\":1");
    }
  }

  @Test
  void theEndpointsPagesCommandsWorkAsTheyStand() throws IOException {
    try (Installed server = Installed.startAsDocumented()) {
      assertThat(runBlock(server, "docs/endpoints.md", "endpoints"))
          .contains("Protocol version: TLSv1.3")
          .contains("Verification: OK")
          .contains("alert protocol version")
          .contains("{\"message\":\"OK\",\"traceId\":\"")
          .contains("Missing Authentication Token")
          .contains("api.site.example  ENABLED  AWS_SIGV4  HTTPS");
    }
  }

  @Test
  void theUsersPagesCommandsWorkAsTheyStand() throws IOException {
    try (Installed server = Installed.startAsDocumented()) {
      String output = runBlock(server, "docs/users.md", "users");

      assertThat(output.strip())
          .contains("\"desired\":{\"on\":true}")
          .contains("(ForbiddenException) when calling the UpdateThingShadow operation")
          .contains(
              "User: arn:aws:iam::000000000000:user/una is not authorized to perform:"
                  + " iot:DeleteThing on resource:"
                  + " arn:aws:iot:us-east-1:000000000000:thing/lamp-1")
          .endsWith("lamp-1");
      assertThat(server.printed()).contains("${thingstead:OwnedThing}");
    }
  }

  /** Runs the block that follows the marker {@code <!-- runs: NAME -->} in a document. */
  private static String runBlock(Installed server, String document, String name)
      throws IOException {
    String text = Files.readString(Installed.CHECKOUT.resolve(document));
    Matcher block =
        Pattern.compile("<!-- runs: " + name + " -->\\s*```sh\\n(.*?)```", Pattern.DOTALL)
            .matcher(text);
    assertThat(block.find()).as("block %s of %s", name, document).isTrue();
    // A person's shell knows aliases; and a command that fails must fail the test.
    Path script = server.dir.resolve(name + ".sh");
    Files.writeString(script, "set -eo pipefail\nshopt -s expand_aliases\n" + block.group(1));
    return server
        .run(
            Map.of("THINGSTEAD_DATA", server.data().toString(), "AWS_PAGER", ""),
            List.of("bash", script.toString()))
        .ok();
  }
}
