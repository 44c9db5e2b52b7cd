package io.thingstead.mqtt;

/**
 * A packet that breaks the standard or a limit. The connection is over: its reader's position in
 * the stream is lost. Carries no stack trace, since any stranger can cause it.
 */
public final class PacketException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ReasonCode reason;

  /**
   * @param reason what DISCONNECT or CONNACK of MQTT 5 would say
   * @param message a clause for people, with the rule that was broken
   */
  public PacketException(ReasonCode reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  /** What DISCONNECT or CONNACK of MQTT 5 would say. */
  public ReasonCode reason() {
    return reason;
  }

  /** Why, for people; never null. */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }

  static PacketException malformed(String message) {
    return new PacketException(ReasonCode.MALFORMED_PACKET, message);
  }

  static PacketException protocol(String message) {
    return new PacketException(ReasonCode.PROTOCOL_ERROR, message);
  }
}
