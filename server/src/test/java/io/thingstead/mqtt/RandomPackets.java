package io.thingstead.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.thingstead.broker.MessageProperties;
import io.thingstead.broker.MessageProperties.UserProperty;
import io.thingstead.broker.Qos;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Valid packets from a seed. */
final class RandomPackets {
  private static final String[] LETTERS = {
    "a", "b", "/", "sensor", "$", "é", "€", "𝄞", " ", "0", "temperature/", "\u0001", "\uFFFD"
  };

  private final SplittableRandom random;
  private final Version version;

  RandomPackets(long seed, Version version) {
    this.random = new SplittableRandom(seed);
    this.version = version;
  }

  Packet fromClient() {
    return switch (random.nextInt(version.is5() ? 11 : 10)) {
      case 0, 1 -> publish(false);
      case 2 -> subscribe();
      case 3 -> new Unsubscribe(id(), strings(this::filter), users());
      case 4 -> PingReq.INSTANCE;
      case 5 ->
          new Disconnect(
              only5(ReasonCode.SUCCESS, ReasonCode.DISCONNECT_WITH_WILL),
              only5(() -> (Long) random.nextLong(1L << 32)),
              null,
              explanation());
      case 10 -> auth();
      default -> ack();
    };
  }

  Packet fromServer() {
    return switch (random.nextInt(version.is5() ? 11 : 9)) {
      case 0, 1 -> publish(true);
      case 2 -> connAck();
      case 3 -> subAck();
      case 4 ->
          new UnsubAck(
              id(), version.is5() ? pick(AnswerReader.UNSUBACK) : List.of(), explanation());
      case 5 -> PingResp.INSTANCE;
      case 9 -> auth();
      case 10 -> new Disconnect(ReasonCode.SERVER_MOVED, null, maybe(this::string), explanation());
      default -> ack();
    };
  }

  Connect connect() {
    boolean user = random.nextBoolean();
    boolean password = (user || version.is5()) && random.nextBoolean();
    return new Connect(
        version,
        random.nextBoolean(),
        random.nextInt(0x10000),
        string(),
        maybe(this::will),
        user ? string() : null,
        password ? bytes() : null,
        version.is5() && random.nextBoolean() ? connectProperties() : ConnectProperties.NONE);
  }

  private ConnectProperties connectProperties() {
    return new ConnectProperties(
        random.nextLong(1L << 32),
        random.nextInt(1, 0x10000),
        random.nextBoolean() ? Long.MAX_VALUE : random.nextLong(1, 1L << 28),
        random.nextInt(0x10000),
        random.nextBoolean(),
        random.nextBoolean(),
        users(),
        maybe(this::authentication));
  }

  private Will will() {
    boolean is5 = version.is5();
    return new Will(
        topic(),
        bytes(),
        qos(),
        random.nextBoolean(),
        is5 ? random.nextLong(1L << 32) : 0,
        is5 && random.nextBoolean() ? random.nextLong(1L << 32) : -1,
        message());
  }

  private ConnAck connAck() {
    boolean present = version != Version.V3_1 && random.nextBoolean();
    if (!version.is5()) {
      return new ConnAck(present, ReturnCode.reason(random.nextInt(6)), ConnAckProperties.NONE);
    }
    ServerOffer offer =
        new ServerOffer(
            random.nextInt(1, 0x10000),
            Qos.of(random.nextInt(1, 3)),
            random.nextBoolean(),
            random.nextLong(1, 1L << 28),
            random.nextInt(0x10000),
            random.nextBoolean(),
            random.nextBoolean(),
            random.nextBoolean());
    return new ConnAck(
        present,
        random.nextBoolean() ? ReasonCode.SUCCESS : ReasonCode.NOT_AUTHORIZED,
        new ConnAckProperties(
            only5(() -> (Long) random.nextLong(1L << 32)),
            only5(() -> (Integer) random.nextInt(0x10000)),
            maybe(this::string),
            random.nextBoolean() ? ServerOffer.STANDARD : offer,
            maybe(this::string),
            maybe(this::string),
            maybe(this::authentication),
            explanation()));
  }

  private Publish publish(boolean fromServer) {
    Qos qos = qos();
    boolean dup = qos != Qos.AT_MOST_ONCE && random.nextBoolean();
    PublishProperties properties =
        version.is5() && random.nextBoolean()
            ? publishProperties(fromServer)
            : PublishProperties.NONE;
    String topic = properties.topicAlias() > 0 && random.nextBoolean() ? "" : topic();
    byte[] name = topic.getBytes(StandardCharsets.UTF_8);
    byte[] payload = bytes();
    ByteBuf buffer = Unpooled.buffer(name.length + payload.length);
    buffer.writeBytes(name).writeBytes(payload);
    return new Publish(
        buffer,
        0,
        name.length,
        name.length,
        payload.length,
        (dup ? 8 : 0) | qos.ordinal() << 1 | random.nextInt(2),
        qos == Qos.AT_MOST_ONCE ? 0 : id(),
        properties);
  }

  private PublishProperties publishProperties(boolean fromServer) {
    List<Integer> identifiers = new ArrayList<>();
    for (int i = fromServer ? random.nextInt(3) : 0; i > 0; i--) {
      identifiers.add(random.nextInt(1, 268_435_456));
    }
    return new PublishProperties(
        random.nextBoolean() ? -1 : random.nextLong(1L << 32),
        random.nextBoolean() ? 0 : random.nextInt(1, 0x10000),
        identifiers,
        message());
  }

  private MessageProperties message() {
    if (!version.is5()) {
      return MessageProperties.NONE;
    }
    return new MessageProperties(
        maybe(random::nextBoolean),
        maybe(this::string),
        maybe(this::topic),
        maybe(this::bytes),
        users());
  }

  private Subscribe subscribe() {
    List<Subscribe.Request> requests = new ArrayList<>();
    boolean is5 = version.is5();
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      String filter = filter();
      requests.add(
          new Subscribe.Request(
              filter,
              qos(),
              is5 && !filter.startsWith("$share/") && random.nextBoolean(),
              is5 && random.nextBoolean(),
              Subscribe.RetainHandling.values()[is5 ? random.nextInt(3) : 0]));
    }
    int identifier = is5 && random.nextBoolean() ? random.nextInt(1, 268_435_456) : 0;
    return new Subscribe(id(), requests, new SubscribeProperties(identifier, users()));
  }

  private SubAck subAck() {
    Set<ReasonCode> plain =
        Set.of(ReasonCode.SUCCESS, ReasonCode.GRANTED_QOS_1, ReasonCode.UNSPECIFIED_ERROR);
    return new SubAck(id(), pick(version.is5() ? AnswerReader.SUBACK : plain), explanation());
  }

  private Packet ack() {
    boolean is5 = version.is5();
    return switch (random.nextInt(4)) {
      case 0 ->
          new PubAck(id(), only5(ReasonCode.SUCCESS, ReasonCode.QUOTA_EXCEEDED), explanation());
      case 1 ->
          new PubRec(id(), only5(ReasonCode.SUCCESS, ReasonCode.NOT_AUTHORIZED), explanation());
      case 2 ->
          new PubRel(
              id(), is5 ? pick(AnswerReader.PUBREL).getFirst() : ReasonCode.SUCCESS, explanation());
      default ->
          new PubComp(
              id(),
              only5(ReasonCode.SUCCESS, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND),
              explanation());
    };
  }

  private Auth auth() {
    return new Auth(ReasonCode.CONTINUE_AUTHENTICATION, authentication(), explanation());
  }

  private Authentication authentication() {
    return new Authentication(string(), maybe(this::bytes));
  }

  private Explanation explanation() {
    return version.is5() && random.nextInt(3) == 0
        ? new Explanation(maybe(this::string), users())
        : Explanation.NONE;
  }

  private List<UserProperty> users() {
    List<UserProperty> users = new ArrayList<>();
    for (int i = version.is5() && random.nextInt(3) == 0 ? random.nextInt(3) : 0; i > 0; i--) {
      users.add(new UserProperty(string(), string()));
    }
    return users;
  }

  private List<ReasonCode> pick(Set<ReasonCode> from) {
    List<ReasonCode> all = List.copyOf(from);
    List<ReasonCode> picked = new ArrayList<>();
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      picked.add(all.get(random.nextInt(all.size())));
    }
    return picked;
  }

  private List<String> strings(Supplier<String> each) {
    List<String> strings = new ArrayList<>();
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      strings.add(each.get());
    }
    return strings;
  }

  private Qos qos() {
    return Qos.of(random.nextInt(3));
  }

  private int id() {
    return random.nextInt(1, 0x10000);
  }

  private String filter() {
    String start = random.nextInt(4) == 0 ? "$share/g/" : "";
    return start + topic() + (random.nextBoolean() ? "/+/#" : "");
  }

  private String topic() {
    return "t" + string();
  }

  private String string() {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(12); i > 0; i--) {
      text.append(LETTERS[random.nextInt(LETTERS.length)]);
    }
    return text.toString();
  }

  private byte[] bytes() {
    byte[] bytes = new byte[random.nextInt(8) == 0 ? random.nextInt(600) : random.nextInt(20)];
    random.nextBytes(bytes);
    return bytes;
  }

  private ReasonCode only5(ReasonCode common, ReasonCode rare) {
    return version.is5() && random.nextBoolean() ? rare : common;
  }

  private <T> @Nullable T only5(Supplier<T> value) {
    return version.is5() ? maybe(value) : null;
  }

  private <T> @Nullable T maybe(Supplier<T> value) {
    return random.nextBoolean() ? value.get() : null;
  }
}
