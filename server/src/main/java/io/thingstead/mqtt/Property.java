package io.thingstead.mqtt;

import org.jspecify.annotations.Nullable;

/** The properties of MQTT 5, section 2.2.2.2. */
enum Property {
  PAYLOAD_FORMAT_INDICATOR(0x01, Type.FLAG, "Payload Format Indicator"),
  MESSAGE_EXPIRY_INTERVAL(0x02, Type.U32, "Message Expiry Interval"),
  CONTENT_TYPE(0x03, Type.STRING, "Content Type"),
  RESPONSE_TOPIC(0x08, Type.TOPIC, "Response Topic"),
  CORRELATION_DATA(0x09, Type.BINARY, "Correlation Data"),
  SUBSCRIPTION_IDENTIFIER(0x0B, Type.VARIABLE, "Subscription Identifier"),
  SESSION_EXPIRY_INTERVAL(0x11, Type.U32, "Session Expiry Interval"),
  ASSIGNED_CLIENT_IDENTIFIER(0x12, Type.STRING, "Assigned Client Identifier"),
  SERVER_KEEP_ALIVE(0x13, Type.U16, "Server Keep Alive"),
  AUTHENTICATION_METHOD(0x15, Type.STRING, "Authentication Method"),
  AUTHENTICATION_DATA(0x16, Type.BINARY, "Authentication Data"),
  REQUEST_PROBLEM_INFORMATION(0x17, Type.FLAG, "Request Problem Information"),
  WILL_DELAY_INTERVAL(0x18, Type.U32, "Will Delay Interval"),
  REQUEST_RESPONSE_INFORMATION(0x19, Type.FLAG, "Request Response Information"),
  RESPONSE_INFORMATION(0x1A, Type.STRING, "Response Information"),
  SERVER_REFERENCE(0x1C, Type.STRING, "Server Reference"),
  REASON_STRING(0x1F, Type.STRING, "Reason String"),
  RECEIVE_MAXIMUM(0x21, Type.U16, "Receive Maximum"),
  TOPIC_ALIAS_MAXIMUM(0x22, Type.U16, "Topic Alias Maximum"),
  TOPIC_ALIAS(0x23, Type.U16, "Topic Alias"),
  MAXIMUM_QOS(0x24, Type.FLAG, "Maximum QoS"),
  RETAIN_AVAILABLE(0x25, Type.FLAG, "Retain Available"),
  USER_PROPERTY(0x26, Type.PAIR, "User Property"),
  MAXIMUM_PACKET_SIZE(0x27, Type.U32, "Maximum Packet Size"),
  WILDCARD_SUBSCRIPTION_AVAILABLE(0x28, Type.FLAG, "Wildcard Subscription Available"),
  SUBSCRIPTION_IDENTIFIER_AVAILABLE(0x29, Type.FLAG, "Subscription Identifier Available"),
  SHARED_SUBSCRIPTION_AVAILABLE(0x2A, Type.FLAG, "Shared Subscription Available");

  /** How a value is written. */
  enum Type {
    /** One byte, 0 or 1. */
    FLAG,
    U16,
    U32,
    VARIABLE,
    STRING,
    TOPIC,
    BINARY,
    PAIR
  }

  private static final @Nullable Property[] BY_ID = new @Nullable Property[0x2B];

  static {
    for (Property property : values()) {
      BY_ID[property.id] = property;
    }
  }

  private final int id;
  private final Type type;
  private final String title;

  Property(int id, Type type, String title) {
    this.id = id;
    this.type = type;
    this.title = title;
  }

  int id() {
    return id;
  }

  Type type() {
    return type;
  }

  /** Its name in the standard. */
  String title() {
    return title;
  }

  static @Nullable Property of(int id) {
    return id < BY_ID.length ? BY_ID[id] : null;
  }
}
