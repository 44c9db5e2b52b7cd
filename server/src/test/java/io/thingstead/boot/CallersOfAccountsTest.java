package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.AccessKey;
import software.amazon.awssdk.services.iam.model.NoSuchEntityException;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.sts.StsClient;

/** Users and roles of the same names in two accounts of one server never meet. */
class CallersOfAccountsTest {
  private static final String OTHER = "111111111111";

  @TempDir private static Path directory = Path.of("");
  private static RunningNode server;
  private static AwsCredentials first;
  private static AwsCredentials other;

  @BeforeAll
  static void start() throws Exception {
    server = new RunningNode(directory);
    first = server.administrator();
    other = server.account(OTHER);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static AwsCredentials user(AwsCredentials administrator, String document) {
    try (IamClient iam = server.iam(administrator)) {
      iam.createUser(b -> b.userName("una"));
      iam.putUserPolicy(b -> b.userName("una").policyName("own").policyDocument(document));
      AccessKey key = iam.createAccessKey(b -> b.userName("una")).accessKey();
      return AwsBasicCredentials.create(key.accessKeyId(), key.secretAccessKey());
    }
  }

  private static void role(AwsCredentials administrator, String trusted) {
    try (IamClient iam = server.iam(administrator)) {
      iam.createRole(
          b ->
              b.roleName("app")
                  .assumeRolePolicyDocument(
                      """
                      {"Version":"2012-10-17","Statement":[{"Effect":"Allow",\
                      "Action":"sts:AssumeRole","Principal":{"AWS":"%s"}}]}\
                      """
                          .formatted(trusted)));
    }
  }

  @Test
  void keyReachesItsOwnAccountOnly() {
    String all =
        """
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}\
        """;
    AwsCredentials una = user(first, all);
    AwsCredentials otherUna = user(other, RunningNode.ANY_POLICY);
    try (IotClient iot = server.iot(una);
        IotClient otherIot = server.iot(otherUna);
        IamClient iam = server.iam(una);
        IamClient otherIam = server.iam(other);
        StsClient sts = server.sts(una)) {
      assertThat(sts.getCallerIdentity().account()).isEqualTo("000000000000");
      iot.createThing(b -> b.thingName("mine"));
      assertThat(otherIot.listThings(b -> {}).things()).isEmpty();
      // A policy that allows everything is about everything of its account.
      String foreign =
          otherIam
              .createPolicy(b -> b.policyName("p").policyDocument(RunningNode.ANY_POLICY))
              .policy()
              .arn();
      assertThatThrownBy(() -> iam.getPolicy(b -> b.policyArn(foreign)))
          .isInstanceOf(NoSuchEntityException.class);
      assertThatThrownBy(() -> iam.attachUserPolicy(b -> b.userName("una").policyArn(foreign)))
          .isInstanceOf(NoSuchEntityException.class);
      // Its trust is for the first account's Una, or for a role of that name there.
      role(other, "arn:aws:iam::000000000000:user/una");
      role(first, "arn:aws:iam::" + OTHER + ":root");
      for (String account : new String[] {OTHER, "000000000000"}) {
        assertThatThrownBy(
                () ->
                    sts.assumeRole(
                        b ->
                            b.roleArn("arn:aws:iam::" + account + ":role/app")
                                .roleSessionName("s1")))
            .hasMessageContaining("is not authorized to perform: sts:AssumeRole");
      }
      // What is done to one is not felt by the other.
      otherIam.deleteAccessKey(b -> b.userName("una").accessKeyId(otherUna.accessKeyId()));
      assertThat(iot.listThings(b -> {}).things()).hasSize(1);
      assertThatThrownBy(() -> otherIot.listThings(b -> {})).hasMessageContaining("security token");
    }
  }
}
