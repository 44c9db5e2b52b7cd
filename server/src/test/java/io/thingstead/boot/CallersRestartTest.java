package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.AccessKey;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.Credentials;

class CallersRestartTest {
  @TempDir private Path directory = Path.of("");

  @Test
  void usersKeysPoliciesAndSessionsOutliveARestart() throws Exception {
    AwsCredentials key;
    AwsSessionCredentials session;
    try (RunningNode server = new RunningNode(directory);
        IamClient iam = server.iam()) {
      iam.createUser(b -> b.userName("una"));
      iam.putUserPolicy(
          b -> b.userName("una").policyName("own").policyDocument(RunningNode.ANY_POLICY));
      AccessKey made = iam.createAccessKey(b -> b.userName("una")).accessKey();
      key = AwsBasicCredentials.create(made.accessKeyId(), made.secretAccessKey());
      try (StsClient sts = server.sts(key)) {
        Credentials token = sts.getSessionToken(b -> b.durationSeconds(900)).credentials();
        session =
            AwsSessionCredentials.create(
                token.accessKeyId(), token.secretAccessKey(), token.sessionToken());
      }
    }
    try (RunningNode server = new RunningNode(directory);
        IotClient iot = server.iot(key);
        IotClient temporary = server.iot(session)) {
      assertThat(iot.listThings(b -> {}).things()).isEmpty();
      assertThat(temporary.listThings(b -> {}).things()).isEmpty();
    }
  }
}
