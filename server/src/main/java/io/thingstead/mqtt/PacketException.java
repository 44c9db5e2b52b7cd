package io.thingstead.mqtt;

/**
 * A packet that breaks the standard or a limit. The connection is over: its reader's position in
 * the stream is lost. Carries no stack trace, since any stranger can cause it.
 */
public final class PacketException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ReasonCode reason;
  private final String limit;

  /**
   * @param reason what DISCONNECT or CONNACK of MQTT 5 would say
   * @param message a clause for people, with the rule that was broken
   */
  public PacketException(ReasonCode reason, String message) {
    this(reason, "", message);
  }

  /**
   * @param limit the limit of {@code model.Limits} that was exceeded, such as {@code
   *     messages.payloadBytes}
   */
  PacketException(ReasonCode reason, String limit, String message) {
    super(message, null, false, false);
    this.reason = reason;
    this.limit = limit;
  }

  /** The limit that was exceeded, or empty. */
  String limit() {
    return limit;
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
