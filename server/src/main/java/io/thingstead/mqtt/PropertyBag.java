package io.thingstead.mqtt;

import static io.thingstead.mqtt.PacketException.malformed;
import static io.thingstead.mqtt.PacketException.protocol;

import io.thingstead.broker.MessageProperties;
import io.thingstead.broker.MessageProperties.UserProperty;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The properties of one packet while it is decoded, on their way to its typed record. */
final class PropertyBag {
  private static final int COUNT = Property.values().length;

  static final PropertyBag EMPTY = new PropertyBag();

  private final long[] numbers;
  private final @Nullable Object[] values;
  private final List<UserProperty> userProperties;
  private final List<Integer> subscriptionIdentifiers;
  private long seen;

  private PropertyBag() {
    numbers = new long[COUNT];
    values = new @Nullable Object[COUNT];
    userProperties = new ArrayList<>(0);
    subscriptionIdentifiers = new ArrayList<>(0);
  }

  /**
   * Reads the property length and the properties [MQTT5 2.2.2].
   *
   * @param allowed what the packet may carry
   */
  static PropertyBag read(Cursor in, Set<Property> allowed) {
    int length = in.variable("property length");
    if (length == 0) {
      return EMPTY;
    }
    int outer = in.narrow(length, "properties");
    PropertyBag bag = new PropertyBag();
    while (in.remaining() > 0) {
      int id = in.variable("property identifier");
      Property property = Property.of(id);
      if (property == null || !allowed.contains(property)) {
        String name = property == null ? "0x%02X".formatted(id) : property.title();
        throw malformed("property " + name + " does not belong in this packet [MQTT5 2.2.2.2]");
      }
      bag.read(in, property);
    }
    in.widen(outer);
    return bag;
  }

  private void read(Cursor in, Property property) {
    long bit = 1L << property.ordinal();
    boolean repeatable =
        property == Property.USER_PROPERTY || property == Property.SUBSCRIPTION_IDENTIFIER;
    if ((seen & bit) != 0 && !repeatable) {
      throw protocol(property.title() + " is given twice [MQTT5 2.2.2.2]");
    }
    seen |= bit;
    int at = property.ordinal();
    String what = property.title();
    switch (property.type()) {
      case FLAG -> numbers[at] = flag(in.u8(what), what);
      case U16 -> numbers[at] = notZero(property, in.u16(what));
      case U32 -> numbers[at] = notZero(property, in.u32(what));
      case VARIABLE -> subscriptionIdentifiers.add((int) notZero(property, in.variable(what)));
      case STRING -> values[at] = in.string(what);
      case TOPIC -> values[at] = in.topicName(what);
      case BINARY -> values[at] = in.binary(what);
      case PAIR ->
          userProperties.add(
              new UserProperty(in.string("User Property name"), in.string("User Property value")));
    }
  }

  private static int flag(int value, String what) {
    if (value > 1) {
      throw protocol(what + " is " + value + " but must be 0 or 1");
    }
    return value;
  }

  private static long notZero(Property property, long value) {
    if (value != 0) {
      return value;
    }
    return switch (property) {
      case TOPIC_ALIAS ->
          throw new PacketException(
              ReasonCode.TOPIC_ALIAS_INVALID, "the topic alias is 0 [MQTT-3.3.2-8]");
      case RECEIVE_MAXIMUM, MAXIMUM_PACKET_SIZE, SUBSCRIPTION_IDENTIFIER ->
          throw protocol(property.title() + " must not be 0");
      default -> value;
    };
  }

  boolean has(Property property) {
    return (seen & 1L << property.ordinal()) != 0;
  }

  long number(Property property, long absent) {
    return has(property) ? numbers[property.ordinal()] : absent;
  }

  boolean flag(Property property, boolean absent) {
    return has(property) ? numbers[property.ordinal()] == 1 : absent;
  }

  @Nullable Long number(Property property) {
    return has(property) ? numbers[property.ordinal()] : null;
  }

  @Nullable String string(Property property) {
    return (String) values[property.ordinal()];
  }

  byte @Nullable [] binary(Property property) {
    return (byte[]) values[property.ordinal()];
  }

  List<UserProperty> userProperties() {
    return userProperties.isEmpty() ? List.of() : userProperties;
  }

  List<Integer> subscriptionIdentifiers() {
    return subscriptionIdentifiers.isEmpty() ? List.of() : subscriptionIdentifiers;
  }

  Explanation explanation() {
    String reason = string(Property.REASON_STRING);
    return reason == null && userProperties.isEmpty()
        ? Explanation.NONE
        : new Explanation(reason, userProperties());
  }

  /** The method and its data; data alone breaks [MQTT5 3.1.2.11.10]. */
  @Nullable Authentication authentication() {
    String method = string(Property.AUTHENTICATION_METHOD);
    byte[] data = binary(Property.AUTHENTICATION_DATA);
    if (method != null) {
      return new Authentication(method, data);
    }
    if (data != null) {
      throw protocol("Authentication Data without Authentication Method [MQTT5 3.1.2.11.10]");
    }
    return null;
  }

  /** What of a PUBLISH or a will travels on to subscribers. */
  MessageProperties message() {
    Boolean utf8 =
        has(Property.PAYLOAD_FORMAT_INDICATOR)
            ? (Boolean) flag(Property.PAYLOAD_FORMAT_INDICATOR, false)
            : null;
    String contentType = string(Property.CONTENT_TYPE);
    String responseTopic = string(Property.RESPONSE_TOPIC);
    byte[] correlation = binary(Property.CORRELATION_DATA);
    if (utf8 == null
        && contentType == null
        && responseTopic == null
        && correlation == null
        && userProperties.isEmpty()) {
      return MessageProperties.NONE;
    }
    return new MessageProperties(utf8, contentType, responseTopic, correlation, userProperties());
  }
}
