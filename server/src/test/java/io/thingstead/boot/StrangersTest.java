package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.sts.StsClient;

/** Who fails to prove who he is, from one address, in every way there is. */
class StrangersTest {
  @TempDir Path directory;

  private static HttpResponse<String> forged(RunningNode node) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(node.api() + "/things"))
            .header("X-Amz-Date", "20260101T000000Z")
            .header(
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=AKIAX/20260101/us-east-1/iot/aws4_request,"
                    + " SignedHeaders=host;x-amz-date, Signature=00")
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
  }

  /** CONNECT of MQTT without a certificate: flags and reason of CONNACK. */
  private static String connack(RunningNode node, int version) throws Exception {
    SSLContext trusting = SSLContext.getInstance("TLS");
    trusting.init(null, new TrustManager[] {new TrustsAnybody()}, new SecureRandom());
    try (SSLSocket socket =
        (SSLSocket) trusting.getSocketFactory().createSocket("localhost", node.devicePort())) {
      socket.setSoTimeout(10_000);
      byte[] head = {0x10, (byte) (version == 5 ? 14 : 13), 0, 4, 'M', 'Q', 'T', 'T'};
      socket.getOutputStream().write(head);
      socket.getOutputStream().write(new byte[] {(byte) version, 2, 0, 60});
      socket
          .getOutputStream()
          .write(version == 5 ? new byte[] {0, 0, 1, 'c'} : new byte[] {0, 1, 'c'});
      byte[] answer = socket.getInputStream().readNBytes(4);
      return "%02x".formatted(answer[3]);
    }
  }

  /** Not what is tested here. */
  private static final class TrustsAnybody implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  private static String metrics(RunningNode node) throws Exception {
    return node.signed("GET", "/metrics", Map.of(), "").body();
  }

  @Test
  void areAnsweredLaterAndThenRefusedWhileTheRightOnesAreLetIn() throws Exception {
    try (RunningNode node =
        new RunningNode(directory, "failures-per-address", "4", "uncounted-address", "192.0.2.1")) {
      RunningNode.Device device = node.device("alpha");
      assertThat(forged(node).statusCode()).isEqualTo(403);
      assertThat(connack(node, 4)).isEqualTo("05");
      try (StsClient sts = node.sts(AnonymousCredentialsProvider.create())) {
        assertThatThrownBy(
                () ->
                    sts.assumeRoleWithWebIdentity(
                        r ->
                            r.roleArn("arn:aws:iam::000000000000:role/r")
                                .roleSessionName("session")
                                .webIdentityToken("eyJhbGciOiJub25lIn0.e30.")))
            .isInstanceOfSatisfying(
                AwsServiceException.class,
                e ->
                    assertThat(e.awsErrorDetails().errorCode())
                        .isNotEqualTo("ThrottlingException"));
      }
      assertThat(forged(node).statusCode()).isEqualTo(403);
      assertThat(metrics(node)).contains("thingstead_tries_slowed_total 2.0");

      HttpResponse<String> refused = forged(node);
      // The status that the model of the control plane gives the error.
      assertThat(refused.statusCode()).isEqualTo(400);
      assertThat(refused.headers().firstValue("x-amzn-errortype").orElse(refused.body()))
          .contains("ThrottlingException");
      assertThat(Integer.parseInt(refused.headers().firstValue("retry-after").orElseThrow()))
          .isBetween(1, 60);
      assertThat(connack(node, 5)).isEqualTo("9f");
      assertThat(connack(node, 4)).isEqualTo("03");

      // From the same address, at the same time:
      assertThat(node.signed("GET", "/_thingstead/warnings", Map.of(), "").body())
          .contains("failed-tries")
          .contains("address/127.0.0.1");
      try (MqttDevice known = new MqttDevice(node, device, "alpha")) {
        assertThat(known.connect()).isEqualTo(MqttDevice.OK);
      }
      assertThat(metrics(node))
          .contains("thingstead_tries_failed_total 4.0")
          .contains("thingstead_tries_refused_total 3.0")
          .contains("thingstead_tries_addresses 1.0");
    }
  }

  @Test
  void mayTryAsOftenAsTheyLikeFromThisMachineUnlessItIsSet() throws Exception {
    try (RunningNode node = new RunningNode(directory, "failures-per-address", "1")) {
      for (int i = 0; i < 5; i++) {
        assertThat(forged(node).statusCode()).isEqualTo(403);
      }
      assertThat(metrics(node)).contains("thingstead_tries_failed_total 0.0");
    }
  }
}
