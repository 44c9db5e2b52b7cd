package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.iot.model.CreateKeysAndCertificateResponse;

/** What a device that is connected feels of changes to its certificate and policies: at once. */
class RevocationTest extends ApiTest {
  @BeforeAll
  void makePolicy() {
    iot().createPolicy(r -> r.policyName("live").policyDocument(RunningNode.ANY_POLICY));
  }

  private CreateKeysAndCertificateResponse certificate() {
    CreateKeysAndCertificateResponse made =
        iot().createKeysAndCertificate(r -> r.setAsActive(true));
    iot().attachPolicy(r -> r.policyName("live").target(made.certificateArn()));
    return made;
  }

  private TlsDevice device(CreateKeysAndCertificateResponse made, String clientId)
      throws Exception {
    return new TlsDevice(node(), clientId, made.certificatePem(), made.keyPair().privateKey());
  }

  /** What ends a certificate's life. */
  enum End {
    DEACTIVATED,
    REVOKED,
    DEACTIVATED_AND_DELETED
  }

  private void end(End end, CreateKeysAndCertificateResponse made) {
    String id = made.certificateId();
    switch (end) {
      case DEACTIVATED -> iot().updateCertificate(r -> r.certificateId(id).newStatus("INACTIVE"));
      case REVOKED -> iot().updateCertificate(r -> r.certificateId(id).newStatus("REVOKED"));
      case DEACTIVATED_AND_DELETED -> {
        iot().updateCertificate(r -> r.certificateId(id).newStatus("INACTIVE"));
        iot().deleteCertificate(r -> r.certificateId(id).forceDelete(true));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void theConnectionsOfACertificateThatEndsAreClosedAndNoneIsLetInAgain(End end) throws Exception {
    CreateKeysAndCertificateResponse made = certificate();
    CreateKeysAndCertificateResponse other = certificate();
    try (TlsDevice first = device(made, end + "-1").connect();
        TlsDevice second = device(made, end + "-2").connect();
        TlsDevice stays = device(other, end + "-3").connect()) {
      first.publish("a", new byte[0]);
      end(end, made);
      first.awaitLoss();
      second.awaitLoss();
      stays.publish("a", new byte[0]);
      try (TlsDevice again = device(made, end + "-4")) {
        assertThatThrownBy(again::connect).isInstanceOf(MqttException.class);
      }
    }
  }

  @Test
  void aPolicyThatIsDetachedHoldsFromThenOn() throws Exception {
    CreateKeysAndCertificateResponse made = certificate();
    try (TlsDevice device = device(made, "detached").connect()) {
      device.subscribe("b");
      device.publish("b", new byte[] {'1'});
      assertThat(device.next().text()).isEqualTo("1");
      iot().detachPolicy(r -> r.policyName("live").target(made.certificateArn()));
      node().signed("POST", "/topics/b?qos=1", Map.of(), "2");
      // MQTT 3.1.1 has no other answer to a publish that is not allowed than to close.
      assertThatThrownBy(() -> device.publish("b", new byte[] {'3'}))
          .isInstanceOf(MqttException.class);
      assertThat(device.hasNothing()).isTrue();
      try (TlsDevice again = device(made, "detached")) {
        assertThatThrownBy(again::connect).isInstanceOf(MqttException.class);
      }
    }
  }
}
