package io.thingstead.mqtt;

import io.netty.buffer.Unpooled;
import io.thingstead.broker.MessageProperties;
import io.thingstead.broker.MessageProperties.UserProperty;
import io.thingstead.broker.Qos;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A server's reader of MQTT written from the standard alone, slow and plain, to hold the decoder
 * against. It reads one whole packet and throws IOException for whatever it refuses.
 */
final class NaiveParser {
  private static final String FLAGS_OF_TYPES = "x0x0002020200000";

  private @Nullable Version version;

  Packet parse(byte[] packet) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(packet));
    int first = in.readUnsignedByte();
    int type = first >> 4;
    int flags = first & 15;
    boolean mayLead = version == null && type == 1;
    boolean five = version == Version.V5;
    Set<Integer> later = Set.of(3, 4, 5, 6, 7, 8, 10, 12, 14);
    boolean mayFollow = version != null && (later.contains(type) || (type == 15 && five));
    require(mayLead || mayFollow);
    require(type == 3 || flags == FLAGS_OF_TYPES.charAt(type) - '0');
    require(varint(in, five) == in.available());
    Packet parsed =
        switch (type) {
          case 1 -> connect(in);
          case 3 -> publish(in, flags, five);
          case 4, 5, 6, 7 -> ack(in, type, five);
          case 8 -> subscribe(in, five);
          case 10 -> unsubscribe(in, five);
          case 12 -> PingReq.INSTANCE;
          case 14 -> disconnect(in, five);
          default -> auth(in);
        };
    require(in.available() == 0);
    return parsed;
  }

  private static void require(boolean good) throws IOException {
    if (!good) {
      throw new IOException("refused");
    }
  }

  private static int varint(DataInputStream in, boolean shortest) throws IOException {
    long value = 0;
    for (int i = 0; i < 4; i++) {
      int b = in.readUnsignedByte();
      value += (b % 128) * (1L << 7 * i);
      if (b < 128) {
        require(!shortest || i == 0 || b != 0);
        return (int) value;
      }
    }
    throw new IOException("five bytes");
  }

  private static byte[] binary(DataInputStream in) throws IOException {
    byte[] bytes = new byte[in.readUnsignedShort()];
    in.readFully(bytes);
    return bytes;
  }

  private static String string(DataInputStream in) throws IOException {
    String text =
        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(binary(in))).toString();
    require(text.indexOf(0) < 0);
    return text;
  }

  private static String topic(DataInputStream in) throws IOException {
    String text = string(in);
    require(!text.isEmpty() && !text.contains("+") && !text.contains("#"));
    return text;
  }

  private static int id(DataInputStream in) throws IOException {
    int id = in.readUnsignedShort();
    require(id != 0);
    return id;
  }

  private static ReasonCode reason(DataInputStream in, Integer... allowed) throws IOException {
    int code = in.readUnsignedByte();
    require(List.of(allowed).contains(code));
    ReasonCode reason = ReasonCode.of(code);
    if (reason == null) {
      throw new IOException("no reason");
    }
    return reason;
  }

  /** Values by identifier; user properties under 0x26. */
  private static Map<Integer, Object> properties(DataInputStream outer, Integer... allowed)
      throws IOException {
    byte[] bytes = new byte[varint(outer, true)];
    require(bytes.length <= outer.available());
    outer.readFully(bytes);
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    Map<Integer, Object> found = new HashMap<>();
    List<UserProperty> users = new ArrayList<>();
    Set<Integer> seen = new HashSet<>();
    while (in.available() > 0) {
      int id = varint(in, true);
      require(List.of(allowed).contains(id));
      require(seen.add(id) || id == 0x26);
      switch (id) {
        case 0x01, 0x17, 0x19 -> {
          int flag = in.readUnsignedByte();
          require(flag < 2);
          found.put(id, flag == 1);
        }
        case 0x02, 0x11, 0x18 -> found.put(id, in.readInt() & 0xFFFFFFFFL);
        case 0x27 -> found.put(id, notZero(in.readInt() & 0xFFFFFFFFL));
        case 0x03, 0x15, 0x1F -> found.put(id, string(in));
        case 0x08 -> found.put(id, topic(in));
        case 0x09, 0x16 -> found.put(id, binary(in));
        case 0x0B -> found.put(id, notZero(varint(in, true)));
        case 0x21, 0x23 -> found.put(id, notZero(in.readUnsignedShort()));
        case 0x22 -> found.put(id, (long) in.readUnsignedShort());
        case 0x26 -> users.add(new UserProperty(string(in), string(in)));
        default -> throw new IOException("unknown");
      }
    }
    found.put(0x26, users);
    return found;
  }

  private static Long notZero(long value) throws IOException {
    require(value != 0);
    return value;
  }

  private static long number(Map<Integer, Object> properties, int id, long absent) {
    return properties.get(id) instanceof Long value ? value : absent;
  }

  private static boolean flag(Map<Integer, Object> properties, int id, boolean absent) {
    return properties.get(id) instanceof Boolean value ? value : absent;
  }

  private static @Nullable String text(Map<Integer, Object> properties, int id) {
    return (String) properties.get(id);
  }

  private static List<UserProperty> users(Map<Integer, Object> properties) {
    List<UserProperty> users = new ArrayList<>();
    if (properties.get(0x26) instanceof List<?> all) {
      all.forEach(user -> users.add((UserProperty) user));
    }
    return users;
  }

  private static Explanation explanation(Map<Integer, Object> properties) {
    return new Explanation(text(properties, 0x1F), users(properties));
  }

  private static @Nullable Authentication authentication(Map<Integer, Object> properties)
      throws IOException {
    String method = text(properties, 0x15);
    byte[] data = (byte[]) properties.get(0x16);
    require(method != null || data == null);
    return method == null ? null : new Authentication(method, data);
  }

  private static MessageProperties message(Map<Integer, Object> properties) {
    return new MessageProperties(
        (Boolean) properties.get(0x01),
        text(properties, 0x03),
        text(properties, 0x08),
        (byte[]) properties.get(0x09),
        users(properties));
  }

  private Connect connect(DataInputStream in) throws IOException {
    String name = string(in);
    int level = in.readUnsignedByte();
    Version spoken =
        switch (name + level) {
          case "MQIsdp3" -> Version.V3_1;
          case "MQTT4" -> Version.V3_1_1;
          case "MQTT5" -> Version.V5;
          default -> throw new IOException("version");
        };
    version = spoken;
    boolean five = spoken == Version.V5;
    String bits = Integer.toBinaryString(0x100 | in.readUnsignedByte()).substring(1);
    boolean user = bits.charAt(0) == '1';
    boolean password = bits.charAt(1) == '1';
    boolean willRetain = bits.charAt(2) == '1';
    int willQos = Integer.parseInt(bits.substring(3, 5), 2);
    boolean hasWill = bits.charAt(5) == '1';
    require(bits.charAt(7) == '0' && willQos < 3);
    require(hasWill || (willQos == 0 && !willRetain));
    require(five || user || !password);
    int keepAlive = in.readUnsignedShort();
    Map<Integer, Object> properties =
        five ? properties(in, 0x11, 0x15, 0x16, 0x17, 0x19, 0x21, 0x22, 0x26, 0x27) : Map.of();
    Authentication authentication = authentication(properties);
    String clientId = string(in);
    Will will = hasWill ? will(in, five, willQos, willRetain) : null;
    return new Connect(
        spoken,
        bits.charAt(6) == '1',
        keepAlive,
        clientId,
        will,
        user ? string(in) : null,
        password ? binary(in) : null,
        new ConnectProperties(
            number(properties, 0x11, 0),
            (int) number(properties, 0x21, 65_535),
            number(properties, 0x27, Long.MAX_VALUE),
            (int) number(properties, 0x22, 0),
            flag(properties, 0x19, false),
            flag(properties, 0x17, true),
            users(properties),
            authentication));
  }

  private static Will will(DataInputStream in, boolean five, int qos, boolean retain)
      throws IOException {
    Map<Integer, Object> properties =
        five ? properties(in, 0x01, 0x02, 0x03, 0x08, 0x09, 0x18, 0x26) : Map.of();
    return new Will(
        topic(in),
        binary(in),
        Qos.of(qos),
        retain,
        number(properties, 0x18, 0),
        number(properties, 0x02, -1),
        message(properties));
  }

  private static Publish publish(DataInputStream in, int flags, boolean five) throws IOException {
    int qos = flags / 2 % 4;
    require(qos < 3 && (qos > 0 || flags < 8));
    byte[] name = binary(in);
    String topic = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(name)).toString();
    require(topic.chars().noneMatch(c -> c == 0 || c == '+' || c == '#'));
    int id = qos > 0 ? id(in) : 0;
    Map<Integer, Object> properties =
        five ? properties(in, 0x01, 0x02, 0x03, 0x08, 0x09, 0x23, 0x26) : Map.of();
    int alias = (int) number(properties, 0x23, 0);
    require(!topic.isEmpty() || alias > 0);
    byte[] payload = in.readAllBytes();
    return new Publish(
        Unpooled.wrappedBuffer(name, payload),
        0,
        name.length,
        name.length,
        payload.length,
        flags,
        id,
        new PublishProperties(number(properties, 0x02, -1), alias, List.of(), message(properties)));
  }

  private static Packet ack(DataInputStream in, int type, boolean five) throws IOException {
    int id = id(in);
    ReasonCode reason = ReasonCode.SUCCESS;
    Explanation explanation = Explanation.NONE;
    if (five && in.available() > 0) {
      reason =
          type < 6
              ? reason(in, 0, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99)
              : reason(in, 0, 0x92);
      if (in.available() > 0) {
        explanation = explanation(properties(in, 0x1F, 0x26));
      }
    }
    return switch (type) {
      case 4 -> new PubAck(id, reason, explanation);
      case 5 -> new PubRec(id, reason, explanation);
      case 6 -> new PubRel(id, reason, explanation);
      default -> new PubComp(id, reason, explanation);
    };
  }

  private static Subscribe subscribe(DataInputStream in, boolean five) throws IOException {
    int id = id(in);
    Map<Integer, Object> properties = five ? properties(in, 0x0B, 0x26) : Map.of();
    List<Subscribe.Request> requests = new ArrayList<>();
    do {
      String filter = string(in);
      int options = in.readUnsignedByte();
      require(!filter.isEmpty() && options % 4 < 3 && options < (five ? 0x30 : 3));
      boolean noLocal = options / 4 % 2 == 1;
      require(!(noLocal && filter.startsWith("$share/")));
      requests.add(
          new Subscribe.Request(
              filter,
              Qos.of(options % 4),
              noLocal,
              options / 8 % 2 == 1,
              Subscribe.RetainHandling.values()[options / 16]));
    } while (in.available() > 0);
    int identifier = (int) number(properties, 0x0B, 0);
    return new Subscribe(id, requests, new SubscribeProperties(identifier, users(properties)));
  }

  private static Unsubscribe unsubscribe(DataInputStream in, boolean five) throws IOException {
    int id = id(in);
    Map<Integer, Object> properties = five ? properties(in, 0x26) : Map.of();
    List<String> filters = new ArrayList<>();
    do {
      String filter = string(in);
      require(!filter.isEmpty());
      filters.add(filter);
    } while (in.available() > 0);
    return new Unsubscribe(id, filters, users(properties));
  }

  private static Disconnect disconnect(DataInputStream in, boolean five) throws IOException {
    if (!five || in.available() == 0) {
      return Disconnect.NORMAL;
    }
    ReasonCode reason =
        reason(in, 0, 4, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99);
    if (in.available() == 0) {
      return Disconnect.because(reason, Explanation.NONE);
    }
    Map<Integer, Object> properties = properties(in, 0x11, 0x1F, 0x26);
    return new Disconnect(reason, (Long) properties.get(0x11), null, explanation(properties));
  }

  private static Auth auth(DataInputStream in) throws IOException {
    if (in.available() == 0) {
      return new Auth(ReasonCode.SUCCESS, null, Explanation.NONE);
    }
    ReasonCode reason = reason(in, 0, 0x18, 0x19);
    Map<Integer, Object> properties = properties(in, 0x15, 0x16, 0x1F, 0x26);
    Authentication authentication = authentication(properties);
    require(authentication != null);
    return new Auth(reason, authentication, explanation(properties));
  }
}
