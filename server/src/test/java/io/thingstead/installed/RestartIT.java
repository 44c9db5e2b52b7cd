package io.thingstead.installed;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;

/** A server that is started again, empty or emptied. */
class RestartIT {
  @Test
  void anAdministratorEmptiesTheServerAndGoesOnWithTheSameKey() {
    try (Installed server = Installed.start("--allow-reset")) {
      server.awsOk("iot", "create-thing", "--thing-name", "t1");

      server.run(curl(server, "-X", "POST", "/_thingstead/reset")).ok();
      server
          .run(
              "curl",
              "-sSf",
              "--retry",
              "60",
              "--retry-all-errors",
              "--retry-delay",
              "1",
              "--cacert",
              server.data().resolve("ca.pem").toString(),
              "https://localhost:" + server.admin + "/readyz")
          .ok();

      assertThat(server.awsOk("iot", "list-things")).doesNotContain("t1");
      assertThat(server.awsOk("iot", "create-thing", "--thing-name", "t1")).contains("thing/t1");
    }
  }

  /** A signed request by curl, which knows SigV4. */
  private static String[] curl(Installed server, String option, String value, String path) {
    AwsBasicCredentials key = Sdk.key(server);
    return new String[] {
      "curl",
      "-sSf",
      option,
      value,
      "--aws-sigv4",
      "aws:amz:us-east-1:iot",
      "--user",
      key.accessKeyId() + ":" + key.secretAccessKey(),
      "--cacert",
      server.data().resolve("ca.pem").toString(),
      "https://localhost:" + server.admin + path
    };
  }

  @Test
  void aRestartWithoutAnyWorkIsQuietAndWhole() {
    try (Installed server = Installed.start()) {
      server.killAndRestart();
      assertThat(server.printed()).doesNotContain("Exception");
    }
  }
}
