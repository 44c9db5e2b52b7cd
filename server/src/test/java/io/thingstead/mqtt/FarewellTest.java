package io.thingstead.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.broker.Closing;
import io.thingstead.broker.DisconnectReason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FarewellTest {
  @ParameterizedTest
  @CsvSource({
    "MALFORMED_PACKET, CLIENT_ERROR",
    "PROTOCOL_ERROR, CLIENT_ERROR",
    "PACKET_TOO_LARGE, CLIENT_ERROR",
    "QUOTA_EXCEEDED, CLIENT_ERROR",
    "TOPIC_NAME_INVALID, CLIENT_ERROR",
    "NOT_AUTHORIZED, AUTH_ERROR",
    "BANNED, FORBIDDEN_ACCESS",
    "KEEP_ALIVE_TIMEOUT, MQTT_KEEP_ALIVE_TIMEOUT",
    "SERVER_UNAVAILABLE, SERVER_ERROR",
    "UNSPECIFIED_ERROR, SERVER_ERROR",
    "SERVER_SHUTTING_DOWN, SERVER_INITIATED_DISCONNECT",
    "MESSAGE_RATE_TOO_HIGH, THROTTLED",
    "CONNECTION_RATE_EXCEEDED, THROTTLED",
  })
  void reasonCodesHaveTheNamesOfLifeCycleEvents(ReasonCode code, DisconnectReason reason) {
    assertThat(Farewell.reason(code)).isEqualTo(reason);
  }

  @ParameterizedTest
  @EnumSource(Closing.class)
  void theBrokersReasonsAreTheSameByTheirCodes(Closing why) {
    ReasonCode code = Farewell.reason(why);
    // That one is said of what is too much at once and of what comes too fast.
    if (code != ReasonCode.QUOTA_EXCEEDED) {
      assertThat(Farewell.reason(code)).isEqualTo(why.reason());
    }
  }

  @Test
  void onlyAClientThatLeavesTakesItsWillAlong() {
    for (DisconnectReason reason : DisconnectReason.values()) {
      assertThat(reason.sendsWill())
          .as(reason.name())
          .isEqualTo(reason != DisconnectReason.CLIENT_INITIATED_DISCONNECT);
    }
  }
}
