package io.thingstead.mqtt;

import static io.thingstead.mqtt.PacketException.malformed;

/** The CONNACK return codes of MQTT 3.1.1, table 3.1, beside the reasons of MQTT 5. */
final class ReturnCode {
  private ReturnCode() {}

  /** What the cloud says for {@link ReasonCode#NOT_AUTHORIZED}; no code of the standard. */
  static final int CLOUD_NOT_AUTHORIZED = 7;

  /**
   * Whether a refused CONNECT is answered: when no code tells why, the connection is closed without
   * an answer [MQTT-3.2.2-6] of 3.1.1, and so is one whose CONNECT is malformed [MQTT-3.1.4-1].
   */
  static boolean tells(ReasonCode reason) {
    return switch (reason) {
      case MALFORMED_PACKET,
          PROTOCOL_ERROR,
          PACKET_TOO_LARGE,
          QUOTA_EXCEEDED,
          TOPIC_NAME_INVALID,
          QOS_NOT_SUPPORTED ->
          false;
      default -> true;
    };
  }

  /** The return code nearest to a reason. */
  static int of(ReasonCode reason) {
    return switch (reason) {
      case SUCCESS -> 0;
      case UNSUPPORTED_PROTOCOL_VERSION -> 1;
      case CLIENT_IDENTIFIER_NOT_VALID -> 2;
      case BAD_USER_NAME_OR_PASSWORD -> 4;
      case NOT_AUTHORIZED, BANNED, BAD_AUTHENTICATION_METHOD -> 5;
      default -> 3;
    };
  }

  static ReasonCode reason(int returnCode) {
    return switch (returnCode) {
      case 0 -> ReasonCode.SUCCESS;
      case 1 -> ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;
      case 2 -> ReasonCode.CLIENT_IDENTIFIER_NOT_VALID;
      case 3 -> ReasonCode.SERVER_UNAVAILABLE;
      case 4 -> ReasonCode.BAD_USER_NAME_OR_PASSWORD;
      case 5 -> ReasonCode.NOT_AUTHORIZED;
      default -> throw malformed("CONNACK return code " + returnCode + " [MQTT 3.1.1 3.2.2.3]");
    };
  }
}
