package io.thingstead.boot;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.thingstead.net.TestAuthority;
import io.thingstead.net.TestAuthority.Identity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.CertificateStatus;

/** A registered, active certificate that its CA has revoked, shown by curl. */
class RevokedDeviceTest {
  private final TestAuthority authority = new TestAuthority();
  @TempDir private Path directory = Path.of("");

  private static String pem(String kind, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(kind, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der), kind);
  }

  private void register(RunningNode server, String name, Identity identity) throws Exception {
    Certificate certificate = identity.certificate();
    String pem = pem("CERTIFICATE", certificate.getEncoded());
    Files.writeString(directory.resolve(name + ".pem"), pem, US_ASCII);
    Files.writeString(
        directory.resolve(name + ".key"),
        pem("PRIVATE KEY", identity.key().getEncoded()),
        US_ASCII);
    try (IotClient iot = server.iot()) {
      var made =
          iot.registerCertificateWithoutCA(
              b -> b.certificatePem(pem).status(CertificateStatus.ACTIVE));
      iot.createPolicy(b -> b.policyName(name).policyDocument(RunningNode.ANY_POLICY));
      iot.attachPolicy(b -> b.policyName(name).target(made.certificateArn()));
    }
  }

  private String publish(RunningNode server, String name) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "curl is not installed");
    Path output = directory.resolve("out");
    Process process =
        new ProcessBuilder(
                List.of(
                    "curl",
                    "-s",
                    "--cacert",
                    server.ca().toString(),
                    "--cert",
                    directory.resolve(name + ".pem").toString(),
                    "--key",
                    directory.resolve(name + ".key").toString(),
                    "-o",
                    "/dev/null",
                    "-w",
                    "%{http_code}",
                    "-d",
                    "1",
                    "https://localhost:" + server.devicePort() + "/topics/a"))
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return Files.readString(output);
  }

  @Test
  void isRefusedAtTheHandshakeAndAnotherOneIsNot() throws Exception {
    Identity lost = authority.client("lost");
    Identity kept = authority.client("kept");
    Path list = directory.resolve("ca.crl");
    Files.write(list, authority.revocationList(lost.certificate()));
    try (RunningNode server = new RunningNode(directory, "revocation-list", list.toString())) {
      register(server, "lost", lost);
      register(server, "kept", kept);
      assertThat(publish(server, "kept")).isEqualTo("200");
      assertThat(publish(server, "lost")).isEqualTo("000");
    }
  }
}
