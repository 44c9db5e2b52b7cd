package io.thingstead.mqtt;

import io.thingstead.broker.Closing;
import io.thingstead.broker.DisconnectReason;

/** How MQTT says why the broker closes a connection. */
final class Farewell {
  private Farewell() {}

  static ReasonCode reason(Closing why) {
    return switch (why) {
      case TAKEN_OVER -> ReasonCode.SESSION_TAKEN_OVER;
      case TOO_SLOW, TOO_MANY -> ReasonCode.QUOTA_EXCEEDED;
      case ADMINISTRATIVE -> ReasonCode.ADMINISTRATIVE_ACTION;
      case UNAVAILABLE -> ReasonCode.SERVER_UNAVAILABLE;
      case SHUTTING_DOWN -> ReasonCode.SERVER_SHUTTING_DOWN;
    };
  }

  /**
   * What life-cycle events call an end with this reason code, unless whoever ends the connection
   * knows better.
   */
  static DisconnectReason reason(ReasonCode reason) {
    return switch (reason) {
      case NOT_AUTHORIZED, BAD_USER_NAME_OR_PASSWORD, BAD_AUTHENTICATION_METHOD ->
          DisconnectReason.AUTH_ERROR;
      case BANNED -> DisconnectReason.FORBIDDEN_ACCESS;
      case KEEP_ALIVE_TIMEOUT -> DisconnectReason.MQTT_KEEP_ALIVE_TIMEOUT;
      case UNSPECIFIED_ERROR, IMPLEMENTATION_SPECIFIC_ERROR, SERVER_UNAVAILABLE ->
          DisconnectReason.SERVER_ERROR;
      case SERVER_SHUTTING_DOWN, USE_ANOTHER_SERVER, SERVER_MOVED ->
          DisconnectReason.SERVER_INITIATED_DISCONNECT;
      case SESSION_TAKEN_OVER -> DisconnectReason.DUPLICATE_CLIENTID;
      case ADMINISTRATIVE_ACTION -> DisconnectReason.API_INITIATED_DISCONNECT;
      case SERVER_BUSY, MESSAGE_RATE_TOO_HIGH, CONNECTION_RATE_EXCEEDED ->
          DisconnectReason.THROTTLED;
      default -> DisconnectReason.CLIENT_ERROR;
    };
  }

  static String text(Closing why) {
    return switch (why) {
      case TAKEN_OVER -> "another connection came with this client id";
      case TOO_SLOW -> "the client does not take its messages";
      case TOO_MANY -> "the account has as many connections as connect.connections allows";
      case ADMINISTRATIVE -> "an administrator closed the connection";
      case UNAVAILABLE -> "the store cannot keep what it must for this client";
      case SHUTTING_DOWN -> "the server stops";
    };
  }
}
