package io.thingstead.mqtt;

import io.thingstead.broker.Closing;

/** How MQTT says why the broker closes a connection. */
final class Farewell {
  private Farewell() {}

  static ReasonCode reason(Closing why) {
    return switch (why) {
      case TAKEN_OVER -> ReasonCode.SESSION_TAKEN_OVER;
      case TOO_SLOW -> ReasonCode.QUOTA_EXCEEDED;
      case ADMINISTRATIVE -> ReasonCode.ADMINISTRATIVE_ACTION;
      case UNAVAILABLE -> ReasonCode.SERVER_UNAVAILABLE;
      case SHUTTING_DOWN -> ReasonCode.SERVER_SHUTTING_DOWN;
    };
  }

  static String text(Closing why) {
    return switch (why) {
      case TAKEN_OVER -> "another connection came with this client id";
      case TOO_SLOW -> "the client does not take its messages";
      case ADMINISTRATIVE -> "an administrator closed the connection";
      case UNAVAILABLE -> "the store cannot keep what it must for this client";
      case SHUTTING_DOWN -> "the server stops";
    };
  }
}
