package io.thingstead.mqtt;

import static io.thingstead.mqtt.PacketException.malformed;

/** The CONNACK return codes of MQTT 3.1.1, table 3.1, beside the reasons of MQTT 5. */
final class ReturnCode {
  private ReturnCode() {}

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
