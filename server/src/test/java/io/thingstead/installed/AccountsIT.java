package io.thingstead.installed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.Action;

/**
 * Two accounts of one server in which everything has the same name: client, thing, policy, rule and
 * topic. Nothing of one is seen in the other, also not by clients that are connected at the same
 * time, and not after the server was killed.
 */
class AccountsIT {
  private static final String SECOND = "222222222222";
  private static final String POLICY =
      """
      {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iot:*",
        "Resource": ["arn:aws:iot:*:*:client/*", "arn:aws:iot:*:*:topic/*",
                     "arn:aws:iot:*:*:topicfilter/*"]}}
      """;
  private static final String DENIES_SECRET =
      """
      {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "iot:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "iot:Publish", "Resource": "arn:aws:iot:*:*:topic/secret"}]}
      """;

  private static Installed server;
  private static Socks names;
  private static Side dev;
  private static Side prod;

  /** One of the two accounts: its key, a device in it. */
  private record Side(String account, String name, Mosquitto device, String certificateArn) {
    String aws(String... arguments) {
      return call(arguments).ok();
    }

    Installed.Ran call(String... arguments) {
      List<String> all = new ArrayList<>(List.of("--profile", account));
      all.addAll(Arrays.asList(arguments));
      return server.aws(all.toArray(String[]::new));
    }
  }

  @BeforeAll
  static void start() throws Exception {
    server = Installed.start();
    names = new Socks();
    String made =
        server
            .run(
                Installed.CHECKOUT.resolve("thingstead").toString(),
                "account",
                "create",
                SECOND,
                "--data",
                server.data().toString())
            .ok();
    assertThat(made).contains(SECOND + ".localhost");
    dev = side("000000000000", "dev", "localhost", POLICY);
    prod = side(SECOND, "prod", SECOND + ".localhost", DENIES_SECRET);
  }

  @AfterAll
  static void stop() {
    names.close();
    server.close();
  }

  /** Equal names in each account; only contents differ. */
  private static Side side(String account, String name, String host, String policy)
      throws IOException {
    try (IotClient iot = Sdk.iot(server, account)) {
      assertThat(iot.createThing(r -> r.thingName("twin")).thingArn())
          .contains(":" + account + ":thing/twin");
      var made = iot.createKeysAndCertificate(r -> r.setAsActive(true));
      Sdk.writeFiles(server, name, made);
      iot.createPolicy(r -> r.policyName("p").policyDocument(policy));
      iot.attachPolicy(r -> r.policyName("p").target(made.certificateArn()));
      Action republish =
          Action.builder()
              .republish(
                  r -> r.roleArn("arn:aws:iam::" + account + ":role/r").topic("out/t").qos(1))
              .build();
      iot.createTopicRule(
          r ->
              r.ruleName("r")
                  .topicRulePayload(
                      p ->
                          p.sql("SELECT '" + name + "' AS account, x FROM 'in/t'")
                              .awsIotSqlVersion("2016-03-23")
                              .actions(republish)));
      return new Side(
          account, name, Mosquitto.tls(server, host, name).by(names), made.certificateArn());
    }
  }

  @Test
  void clientsOfOneIdStayConnectedAndGetOnlyTheMessagesOfTheirOwnAccount() {
    try (var ofDev = dev.device.listen("same", "-t", "room/#", "-t", "out/#");
        var ofProd = prod.device.listen("same", "-t", "room/#", "-t", "out/#")) {
      dev.device.publish("pub", "room/a", "from dev");
      prod.device.publish("pub", "room/a", "from prod");
      dev.device.publish("pub", "in/t", "{\"x\":1}");
      prod.device.publish("pub", "in/t", "{\"x\":2}");

      assertThat(ofDev.next()).isEqualTo("room/a from dev");
      assertThat(ofProd.next()).isEqualTo("room/a from prod");
      assertThat(ofDev.next()).isEqualTo("out/t {\"account\":\"dev\",\"x\":1}");
      assertThat(ofProd.next()).isEqualTo("out/t {\"account\":\"prod\",\"x\":2}");
      assertThat(ofDev.process().isAlive()).as("no takeover").isTrue();
      assertThat(ofProd.process().isAlive()).as("no takeover").isTrue();
      assertThat(ofDev.lines()).isEmpty();
      assertThat(ofProd.lines()).isEmpty();
    }
  }

  @Test
  void retainedMessagesQueuesAndShadowsAreApartAlsoAfterAKill() {
    for (Side side : List.of(dev, prod)) {
      side.device.run("mosquitto_sub", "-i", "away", "-c", "-q", "1", "-E", "-t", "q/#").ok();
      side.device.publish("pub", "kept/t", "of " + side.name, "-r");
      side.device.publish("pub", "q/t", "for " + side.name);
    }
    dev.device.publish("pub", "kept/dev", "only dev's", "-r");
    shadow(dev, "{\"state\":{\"reported\":{\"of\":\"dev\"}}}");
    assertThat(prod.call("iot-data", "get-thing-shadow", "--thing-name", "twin", "/dev/stdout"))
        .satisfies(ran -> assertThat(ran.code()).isNotZero())
        .satisfies(ran -> assertThat(ran.output()).contains("ResourceNotFoundException"));
    shadow(prod, "{\"state\":{\"reported\":{\"of\":\"prod\"}}}");

    server.killAndRestart();

    for (Side side : List.of(dev, prod)) {
      assertThat(first(side, "q/#", "-i", "away", "-c", "-q", "1")).isEqualTo("for " + side.name);
      assertThat(first(side, "kept/t", "-i", "new")).isEqualTo("of " + side.name);
      assertThat(side.aws("iot-data", "get-thing-shadow", "--thing-name", "twin", "/dev/stdout"))
          .contains("{\"reported\":{\"of\":\"" + side.name + "\"}}")
          .contains("\"version\":1,");
    }
    assertThat(prod.aws("iot-data", "list-retained-messages")).doesNotContain("kept/dev");
  }

  /** The first message that a subscriber gets. */
  private static String first(Side side, String filter, String... options) {
    List<String> all = new ArrayList<>(List.of("-C", "1", "-W", "20", "-t", filter));
    all.addAll(Arrays.asList(options));
    return side.device.run("mosquitto_sub", all.toArray(String[]::new)).ok();
  }

  private static void shadow(Side side, String update) {
    String topic = "$aws/things/twin/shadow/update";
    side.device
        .run(
            "mosquitto_rr",
            "-i",
            "shadow",
            "-q",
            "1",
            "-W",
            "20",
            "-t",
            topic,
            "-e",
            topic + "/accepted",
            "-m",
            update)
        .ok();
  }

  @Test
  void aCertificateOpensOnlyItsOwnAccount() {
    Mosquitto strange = Mosquitto.tls(server, SECOND + ".localhost", "dev").by(names);

    assertThat(strange.run("mosquitto_pub", "-i", "s", "-t", "room/x", "-m", "x", "-q", "1").code())
        .isNotZero();
    String id = dev.certificateArn.replaceAll(".*/", "");
    assertThat(prod.call("iot", "describe-certificate", "--certificate-id", id).output())
        .contains("ResourceNotFoundException");
    assertThat(prod.aws("iot", "list-certificates")).doesNotContain(id);
  }

  /** Over MQTT 5, which has an answer for a publish that is refused. */
  private static Installed.Ran publish5(Side side, String topic) {
    return side.device.run(
        "mosquitto_pub", "-V", "mqttv5", "-q", "1", "-i", "s", "-t", topic, "-m", "x");
  }

  @Test
  void policiesAndRulesOfOneNameAreEachAccountsOwn() {
    assertThat(publish5(dev, "secret").output()).isEmpty();
    assertThat(publish5(prod, "secret").output()).containsIgnoringCase("not authorized");
    assertThat(dev.aws("iot", "get-topic-rule", "--rule-name", "r")).contains("'dev' AS account");
    assertThat(prod.aws("iot", "get-topic-rule", "--rule-name", "r")).contains("'prod' AS account");
    assertThat(prod.aws("iot", "describe-endpoint")).contains(SECOND + ".localhost");
  }

  @Test
  void aCertificateMadeInactiveInOneAccountLeavesTheOtherConnected() {
    try (var ofProd = prod.device.listen("stays", "-t", "room/#")) {
      String id = dev.certificateArn.replaceAll(".*/", "");
      dev.aws("iot", "update-certificate", "--certificate-id", id, "--new-status", "INACTIVE");
      try {
        assertThat(
                dev.device
                    .run("mosquitto_pub", "-i", "x", "-t", "room/x", "-m", "x", "-q", "1")
                    .code())
            .isNotZero();
        prod.device.publish("pub", "room/b", "still here");
        assertThat(ofProd.next()).isEqualTo("room/b still here");
      } finally {
        dev.aws("iot", "update-certificate", "--certificate-id", id, "--new-status", "ACTIVE");
      }
    }
  }
}
