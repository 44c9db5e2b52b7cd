package io.thingstead.installed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Devices of an own CA come online by themselves: openssl, the AWS CLI and mosquitto. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OwnCaIT {
  private static Installed server;
  private static String caId = "";

  @BeforeAll
  static void start() {
    server = Installed.start();
    openssl(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30"
            + " -keyout own-ca.key -out own-ca.crt -subj /O=Factory/CN=Devices");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static void openssl(String command) {
    server.run(("openssl " + command).split(" ")).ok();
  }

  /** A key and a certificate that the own CA signed. */
  private static void signed(String file, String commonName) {
    openssl(
        "req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "
            + file
            + ".key -out "
            + file
            + ".csr -subj /CN="
            + commonName);
    openssl(
        "x509 -req -in "
            + file
            + ".csr -CA own-ca.crt -CAkey own-ca.key -CAcreateserial -days 20 -out "
            + file
            + ".crt");
  }

  private static Mosquitto device(String file) {
    return Mosquitto.tls(server, "localhost", file);
  }

  private static Installed.Ran register(String verification) {
    return server.aws(
        "iot",
        "register-ca-certificate",
        "--ca-certificate",
        "file://own-ca.crt",
        "--verification-certificate",
        "file://" + verification,
        "--set-as-active",
        "--allow-auto-registration",
        "--query",
        "certificateId",
        "--output",
        "text");
  }

  private static String text(String command) {
    return server.awsOk((command + " --output text").split(" "));
  }

  @Test
  @Order(1)
  void aCaIsRegisteredByWhoeverCanSignTheRegistrationCode() {
    String code = text("iot get-registration-code --query registrationCode");
    signed("wrong", "somebody");
    signed("right", code);

    assertThat(register("wrong.crt").output()).contains("RegistrationCodeValidationException");
    caId = register("right.crt").ok();
    assertThat(register("right.crt").output()).contains("ResourceAlreadyExistsException");
    assertThat(text("iot list-ca-certificates --query certificates[].certificateId"))
        .isEqualTo(caId);
    assertThat(
            text(
                "iot describe-ca-certificate --certificate-id "
                    + caId
                    + " --query certificateDescription.[status,autoRegistrationStatus]"))
        .containsPattern("ACTIVE\\s+ENABLE");
  }

  @Test
  @Order(2)
  void theFirstConnectionTellsOfADeviceAndTheNextOneAfterActivationIsIts() throws IOException {
    listensToNewcomers();
    signed("pump", "pump");
    Files.writeString(
        server.dir.resolve("own.json"),
        """
        {"Version": "2012-10-17", "Statement": [
          {"Effect": "Allow", "Action": "iot:Connect", "Resource": "arn:aws:iot:*:*:client/pump"},
          {"Effect": "Allow", "Action": "iot:Publish", "Resource": "arn:aws:iot:*:*:topic/pump/*"}]}
        """);

    String id;
    try (var newcomers =
        device("watch").listen("watch", "-t", "$aws/events/certificates/registered/#")) {
      assertThat(send("pump/t").code()).isNotZero();
      String event = newcomers.next();
      id = event.replaceAll(".*\"certificateId\":\"([0-9a-f]{64})\".*", "$1");
      assertThat(event)
          .startsWith("$aws/events/certificates/registered/" + caId + " {")
          .contains("\"caCertificateId\":\"" + caId + "\"")
          .contains("\"certificateStatus\":\"PENDING_ACTIVATION\"")
          .contains("\"awsAccountId\":\"000000000000\"")
          .containsPattern("\"certificateRegistrationTimestamp\":\"\\d{13}\"");
      assertThat(newcomers.lines()).as("one event").isEmpty();
    }
    assertThat(
            text(
                "iot describe-certificate --certificate-id "
                    + id
                    + " --query certificateDescription.[status,caCertificateId]"))
        .containsPattern("PENDING_ACTIVATION\\s+" + caId);

    server.awsOk(
        "iot", "create-policy", "--policy-name", "own", "--policy-document", "file://own.json");
    String arn =
        text(
            "iot describe-certificate --certificate-id "
                + id
                + " --query certificateDescription.certificateArn");
    server.awsOk("iot", "attach-policy", "--policy-name", "own", "--target", arn);
    server.awsOk("iot", "update-certificate", "--certificate-id", id, "--new-status", "ACTIVE");

    send("pump/t").ok();
    assertThat(send("other/t").output() + server.printed())
        .contains("refused publish client=pump topic=other/t");
    assertThat(
            text(
                "iot list-certificates-by-ca --ca-certificate-id "
                    + caId
                    + " --query certificates[].certificateId"))
        .isEqualTo(id);
  }

  private static Installed.Ran send(String topic) {
    return device("pump")
        .run("mosquitto_pub", "-i", "pump", "-q", "1", "-t", topic, "-m", "1", "-V", "5");
  }

  /** A device of the server's own CA that may see registrations. */
  private static void listensToNewcomers() throws IOException {
    String arn =
        server.awsOk(
            "iot",
            "create-keys-and-certificate",
            "--set-as-active",
            "--certificate-pem-outfile",
            "watch.crt",
            "--private-key-outfile",
            "watch.key",
            "--query",
            "certificateArn",
            "--output",
            "text");
    Files.writeString(
        server.dir.resolve("watch.json"),
        """
        {"Version": "2012-10-17", "Statement": [
          {"Effect": "Allow", "Action": "iot:Connect", "Resource": "arn:aws:iot:*:*:client/watch"},
          {"Effect": "Allow", "Action": "iot:Subscribe",
           "Resource": "arn:aws:iot:*:*:topicfilter/$aws/events/certificates/registered/*"},
          {"Effect": "Allow", "Action": "iot:Receive",
           "Resource": "arn:aws:iot:*:*:topic/$aws/events/certificates/registered/*"}]}
        """);
    server.awsOk(
        "iot", "create-policy", "--policy-name", "watch", "--policy-document", "file://watch.json");
    server.awsOk("iot", "attach-policy", "--policy-name", "watch", "--target", arn);
  }

  @Test
  @Order(3)
  void anInactiveCaBringsNobodyInAndCanBeDeletedWithoutHarmToItsDevices() {
    signed("late", "late");
    assertThat(server.aws("iot", "delete-ca-certificate", "--certificate-id", caId).output())
        .contains("CertificateStateException");
    server.awsOk(
        "iot", "update-ca-certificate", "--certificate-id", caId, "--new-status", "INACTIVE");

    assertThat(
            device("late")
                .run("mosquitto_pub", "-i", "late", "-q", "1", "-t", "late/t", "-m", "1")
                .code())
        .isNotZero();
    server.awaitPrinted("CA " + caId + " signed it and is INACTIVE");
    server.awsOk("iot", "delete-ca-certificate", "--certificate-id", caId);
    send("pump/t").ok();
    assertThat(server.aws("iot", "describe-ca-certificate", "--certificate-id", caId).output())
        .contains("ResourceNotFoundException");
    server.awsOk("iot", "delete-registration-code");
  }

  @Test
  @Order(4)
  void aCertificateIsRegisteredByHandOnTheWordOfACaInTheModeOfSni() {
    String own =
        text(
            "iot register-ca-certificate --ca-certificate file://own-ca.crt --certificate-mode"
                + " SNI_ONLY --set-as-active --query certificateId");
    signed("hand", "hand");

    String id =
        text(
            "iot register-certificate --certificate-pem file://hand.crt --ca-certificate-pem"
                + " file://own-ca.crt --status ACTIVE --query certificateId");

    assertThat(
            text(
                "iot describe-certificate --certificate-id "
                    + id
                    + " --query certificateDescription.[status,caCertificateId,certificateMode]"))
        .containsPattern("ACTIVE\\s+" + own + "\\s+SNI_ONLY");
  }
}
