package io.thingstead.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.thingstead.api.ApiRequest;
import io.thingstead.api.Headers;
import io.thingstead.http.ApiHouse.Answer;
import io.thingstead.http.ApiHouse.Wire;
import io.thingstead.identity.Principal;
import io.thingstead.identity.Session;
import io.thingstead.net.Departure;
import io.thingstead.net.Role;
import io.thingstead.net.Transport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The door and the frames of WebSockets, with the JDK's client and with bytes by hand. */
class WebSocketTest {
  private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

  private final BlockingQueue<String> refusals = new LinkedBlockingQueue<>();
  private final BlockingQueue<Transport> opened = new LinkedBlockingQueue<>();
  private final BlockingQueue<Departure> departures = new LinkedBlockingQueue<>();
  private final ApiHouse house = open(Role.ALL, new Principal.Anonymous("anonymous"));

  private ApiHouse open(Role role, Principal principal) {
    return new ApiHouse(
        role,
        principal,
        Duration.ZERO,
        (_, action, _, _, who, why) -> refusals.add(action + " " + who + ": " + why),
        this::echo);
  }

  private ChannelHandler echo(Transport transport) {
    opened.add(transport);
    return new ChannelInboundHandlerAdapter() {
      @Override
      public void channelRead(ChannelHandlerContext ctx, Object message) {
        var _ = ctx.channel().write(message, ctx.channel().voidPromise());
      }

      @Override
      public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.channel().flush();
      }

      @Override
      public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof Departure departure) {
          departures.add(departure);
          var _ = ctx.channel().close();
        }
      }
    };
  }

  @AfterEach
  void close() {
    house.close();
  }

  // The door.

  @Test
  void connectionOfASessionEndsWithTheSession() {
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    long ends = now.plusSeconds(60).toEpochMilli();
    Session session = new Session(Session.Of.ROLE, "AROA", "s1", List.of(), Map.of(), "", 0, ends);
    Duration day = Duration.ofDays(1);
    assertThat(
            WebSocketDoor.lifetime(
                day, new Principal.AccessKey("ASIA", "arn", false, session), now))
        .isEqualTo(Duration.ofMinutes(1));
    assertThat(
            WebSocketDoor.lifetime(
                Duration.ofSeconds(9), new Principal.AccessKey("ASIA", "arn", false, session), now))
        .isEqualTo(Duration.ofSeconds(9));
    assertThat(WebSocketDoor.lifetime(day, new Principal.AccessKey("AKIA", "arn", false), now))
        .isEqualTo(day);
  }

  private static Map<String, String> upgrade() {
    return Map.of(
        "Connection", "keep-alive, Upgrade",
        "Upgrade", "websocket",
        "Sec-WebSocket-Version", "13",
        "Sec-WebSocket-Key", KEY,
        "Sec-WebSocket-Protocol", "mqtt");
  }

  private ApiRequest signed(Signer signer) {
    return signer.sign("GET", house.host(), "/mqtt", Map.of(), new byte[0]);
  }

  private static String wire(ApiRequest signed, Map<String, String> headers) {
    Headers all = new Headers();
    signed
        .headers()
        .asMap()
        .forEach((name, values) -> values.forEach(value -> all.add(name, value)));
    headers.forEach(all::add);
    return Signer.wire(
        new ApiRequest(signed.method(), signed.path(), signed.query(), all, signed.body()));
  }

  private Answer ask(ApiRequest signed) throws IOException {
    return house.ask(wire(signed, upgrade()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"iotdevicegateway", "iotdata", "iot-jobs-data"})
  void signedQueryOpensIt(String service) throws Exception {
    Answer answer = ask(signed(Signer.of(service).inQuery()));
    assertThat(answer.status()).isEqualTo(101);
    assertThat(answer.headers())
        .containsEntry("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        .containsEntry("Sec-WebSocket-Protocol", "mqtt")
        .containsKey("x-amzn-RequestId");
    assertThat(opened.take().principal()).isEqualTo(Signer.CREDENTIAL.principal());
  }

  @Test
  void signedHeadersOpenIt() throws Exception {
    assertThat(ask(signed(Signer.of("iotdevicegateway"))).status()).isEqualTo(101);
  }

  @Test
  void sessionTokenIsTakenWhetherSignedOrAppended() throws Exception {
    Signer signer = Signer.of("iotdevicegateway").inQuery();
    assertThat(ask(signed(signer.withToken("the-token"))).status()).isEqualTo(101);
    ApiRequest request = signed(signer);
    ApiRequest appended =
        new ApiRequest(
            "GET",
            "/mqtt",
            request.query() + "&X-Amz-Security-Token=the-token",
            request.headers(),
            new byte[0]);
    assertThat(ask(appended).status()).isEqualTo(101);
  }

  @Test
  void certificateOpensIt() throws Exception {
    Principal device = new Principal.Certificate("c0", "arn:aws:iot:us-east-1:0:cert/c0", true);
    try (ApiHouse port = open(Role.DEVICE, device)) {
      Answer answer = port.ask(unsigned(port, upgrade()));
      assertThat(answer.status()).isEqualTo(101);
      assertThat(opened.take().principal()).isEqualTo(device);
    }
  }

  @Test
  void inactiveCertificateDoesNot() throws Exception {
    Principal device = new Principal.Certificate("c0", "arn:aws:iot:us-east-1:0:cert/c0", false);
    try (ApiHouse port = open(Role.DEVICE, device)) {
      assertThat(port.ask(unsigned(port, upgrade())).status()).isEqualTo(403);
      assertThat(refusals.take()).contains("connect c0: ").contains("the certificate may not call");
    }
  }

  private static String unsigned(ApiHouse house, Map<String, String> headers) {
    Headers host = new Headers().add("Host", house.host());
    return wire(new ApiRequest("GET", "/mqtt", "", host, new byte[0]), headers);
  }

  @Test
  void nobodyDoesNot() throws Exception {
    Answer answer = house.ask(unsigned(house, upgrade()));
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.error()).isEqualTo("MissingAuthenticationTokenException");
    assertThat(refusals.take()).contains("Missing Authentication Token");
  }

  @Test
  void badSignatureIsRefusedBeforeTheUpgradeAndExplained() throws Exception {
    ApiRequest good = signed(Signer.of("iotdevicegateway").inQuery());
    ApiRequest bad =
        new ApiRequest("GET", "/mqtt", good.query() + "0", good.headers(), new byte[0]);
    Answer answer = ask(bad);
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.error()).isEqualTo("InvalidSignatureException");
    assertThat(refusals.take())
        .startsWith("connect " + Signer.KEY + ": WebSocket from ")
        .contains("does not match");
    assertThat(opened).isEmpty();
  }

  @Test
  void faultInsideIsToldByItsRequestOnlyAndTheNextOneOpens() throws Exception {
    Signer signer = Signer.of("iotdevicegateway");
    Answer answer = ask(signed(signer.withToken("broken")));
    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.body()).doesNotContain("inside");
    assertThat(ask(signed(signer)).status()).isEqualTo(101);
  }

  @Test
  void lateSignatureAndAnotherServiceAreRefused() throws Exception {
    Clock past = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(-6));
    assertThat(ask(signed(Signer.of("iotdevicegateway").at(past).inQuery())).body())
        .contains("Signature expired");
    assertThat(ask(signed(Signer.of("lambda").inQuery())).body()).contains("iotdevicegateway");
  }

  @ParameterizedTest
  @CsvSource({
    "Sec-WebSocket-Protocol,,400,is missing",
    "Sec-WebSocket-Protocol,MQTT,400,not MQTT",
    "Sec-WebSocket-Protocol,amqp,400,not amqp",
    "Sec-WebSocket-Version,12,426,must be 13",
    "Sec-WebSocket-Version,,426,must be 13",
    "Sec-WebSocket-Key,,400,16 bytes",
    "Sec-WebSocket-Key,c2hvcnQ=,400,16 bytes",
    "Sec-WebSocket-Key,%%%,400,16 bytes",
    "Upgrade,,426,MQTT over WebSocket",
    "Connection,close,426,MQTT over WebSocket",
  })
  void brokenHandshakeIsToldWhatIsWrong(
      String header, @Nullable String value, int status, String said) throws Exception {
    Map<String, String> headers = new java.util.HashMap<>(upgrade());
    headers.remove(header);
    if (value != null) {
      headers.put(header, value);
    }
    Answer answer = house.ask(wire(signed(Signer.of("iotdevicegateway")), headers));
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.body()).contains(said);
    if (status == 426) {
      assertThat(answer.headers()).containsEntry("Sec-WebSocket-Version", "13");
    }
    assertThat(opened).isEmpty();
  }

  @Test
  void oneOfSeveralSubprotocolsIsChosen() throws Exception {
    Map<String, String> headers = new java.util.HashMap<>(upgrade());
    headers.put("Sec-WebSocket-Protocol", "soap, mqttv3.1");
    Answer answer = house.ask(wire(signed(Signer.of("iotdevicegateway")), headers));
    assertThat(answer.headers()).containsEntry("Sec-WebSocket-Protocol", "mqttv3.1");
  }

  @Test
  void postAndAdministratorsPortOpenNone() throws Exception {
    Signer signer = Signer.of("iotdevicegateway");
    ApiRequest post = signer.sign("POST", house.host(), "/mqtt", Map.of(), new byte[0]);
    assertThat(ask(post).status()).isEqualTo(405);
    try (ApiHouse port = open(Role.ADMIN, new Principal.Anonymous("anonymous"))) {
      Answer answer = port.ask(unsigned(port, upgrade()));
      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.body()).contains("does not offer MQTT");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "https://evil.example,403",
    "null,403",
    "http://127.0.0.1,403",
    "https://app.example.org,101",
  })
  void pagesOfOtherOriginsAreKeptOut(String origin, int status) throws Exception {
    Map<String, String> headers = new java.util.HashMap<>(upgrade());
    headers.put("Origin", origin);
    Answer answer = house.ask(wire(signed(Signer.of("iotdevicegateway")), headers));
    assertThat(answer.status()).isEqualTo(status);
    if (status == 403) {
      assertThat(refusals.take()).contains("allow-origin");
    }
  }

  @Test
  void pagesOfTheOwnOriginAreLetIn() throws Exception {
    Map<String, String> headers = new java.util.HashMap<>(upgrade());
    headers.put("Origin", "http://" + house.host());
    Answer answer = house.ask(wire(signed(Signer.of("iotdevicegateway")), headers));
    assertThat(answer.status()).isEqualTo(101);
  }

  @Test
  void anotherNameForThisAddressIsKeptOut() throws Exception {
    Signer signer = Signer.of("iotdevicegateway").inQuery();
    ApiRequest rebound = signer.sign("GET", "evil.example:8080", "/mqtt", Map.of(), new byte[0]);
    Answer answer = ask(rebound);
    assertThat(answer.status()).isEqualTo(403);
    assertThat(refusals.take()).contains("DNS rebinding");
  }

  // The frames.

  /** The JDK's client, which gathers what it gets. */
  private static final class Jdk implements WebSocket.Listener {
    private final ByteArrayOutputStream message = new ByteArrayOutputStream();
    private final BlockingQueue<String> got = new LinkedBlockingQueue<>();

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
      byte[] bytes = new byte[data.remaining()];
      data.get(bytes);
      message.writeBytes(bytes);
      if (last) {
        got.add(message.toString(ISO_8859_1));
        message.reset();
      }
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPong(WebSocket socket, ByteBuffer data) {
      got.add("pong " + ISO_8859_1.decode(data));
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
      got.add("close " + status);
      return null;
    }

    String next() throws InterruptedException {
      return String.valueOf(got.poll(10, TimeUnit.SECONDS));
    }
  }

  private WebSocket connect(Jdk jdk) {
    ApiRequest request = signed(Signer.of("iotdevicegateway").inQuery());
    return HttpClient.newHttpClient()
        .newWebSocketBuilder()
        .subprotocols("mqtt")
        .buildAsync(URI.create("ws://" + house.host() + "/mqtt?" + request.query()), jdk)
        .join();
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(ISO_8859_1));
  }

  @Test
  void fragmentsAreTakenAsTheyComeAndPingsAnswered() throws Exception {
    Jdk jdk = new Jdk();
    WebSocket socket = connect(jdk);
    socket.sendBinary(bytes("ab"), false).join();
    assertThat(jdk.next()).isEqualTo("ab");
    socket.sendPing(bytes("still there")).join();
    assertThat(jdk.next()).isEqualTo("pong still there");
    socket.sendBinary(bytes(""), false).join();
    socket.sendBinary(bytes("cd"), true).join();
    assertThat(jdk.next()).isEqualTo("cd");
  }

  @Test
  void longMessagePasses() throws Exception {
    String text = "0123456789".repeat(50_000);
    Jdk jdk = new Jdk();
    WebSocket socket = connect(jdk);
    socket.sendBinary(bytes(text), true).join();
    StringBuilder got = new StringBuilder();
    while (got.length() < text.length()) {
      got.append(jdk.next());
    }
    assertThat(got).hasToString(text);
  }

  @Test
  void closeFrameTellsTheProtocolThatTheClientLeft() throws Exception {
    Jdk jdk = new Jdk();
    WebSocket socket = connect(jdk);
    socket.sendClose(WebSocket.NORMAL_CLOSURE, "bye").join();
    assertThat(departures.take().cause()).isEqualTo(Departure.Cause.CLIENT_LEFT);
    assertThat(jdk.next()).isEqualTo("close 1000");
  }

  @Test
  void textIsNoMqtt() throws Exception {
    Jdk jdk = new Jdk();
    WebSocket socket = connect(jdk);
    socket.sendText("hello", true).join();
    assertThat(jdk.next()).isEqualTo("close 1003");
    assertThat(departures.take().cause()).isEqualTo(Departure.Cause.CLIENT_ERROR);
    assertThat(refusals.take()).startsWith("websocket " + Signer.KEY).contains("MQTT-6.0.0-1");
  }

  @ParameterizedTest
  @CsvSource({
    "82 01 61,03 EA", // not masked: 1002
    "92 81 00 00 00 00 61,03 EA", // a reserved bit, and no extension
    "80 81 00 00 00 00 61,03 EA", // continues nothing
    "83 81 00 00 00 00 61,03 EA", // a reserved opcode
    "89 FE 00 7E 00 00 00 00,03 EA", // a ping of more than 125 bytes
    "82 FF 80 00 00 00 00 20 00 00 00 00 00 00,03 EA", // negative length
    "82 FF 00 00 00 00 00 00 FF FF 00 00 00 00,03 EA", // longer than it needs to be
    "82 FE 00 7D 00 00 00 00,03 EA",
    "09 81 00 00 00 00 61,03 EA", // a ping in fragments
    "02 81 00 00 00 00 61 82 81 00 00 00 00 61,03 EA", // the former has not ended
    "81 81 00 00 00 00 61,03 EB", // text: 1003
    "C2 81 00 00 00 00 61,03 EA", // compressed, which was not agreed on
    "88 81 00 00 00 00 03,03 EA", // half a status
    "88 82 00 00 00 00 03 ED,03 EA", // 1005 may not be sent
    "88 82 00 00 00 00 13 88,03 EA", // 5000
    "88 83 00 00 00 00 03 E8 FF,03 EF", // a reason that is not UTF-8: 1007
  })
  void brokenFrameClosesTheConnection(String frame, String status) throws Exception {
    try (Wire wire = house.connect()) {
      wire.send(wire(signed(Signer.of("iotdevicegateway").inQuery()), upgrade()));
      assertThat(wire.receive().status()).isEqualTo(101);
      wire.send(new String(java.util.HexFormat.ofDelimiter(" ").parseHex(frame), ISO_8859_1));
      String rest = wire.rest();
      assertThat(rest.getBytes(ISO_8859_1))
          .containsSequence(java.util.HexFormat.ofDelimiter(" ").parseHex("88 02 " + status));
    }
    assertThat(refusals.take())
        .startsWith("websocket " + Signer.KEY)
        .contains("broken WebSocket: ");
    assertThat(departures.take().cause()).isEqualTo(Departure.Cause.CLIENT_ERROR);
  }

  /** A frame, masked with 1, 2, 3, 4. */
  private static String frame(int first, String content) {
    StringBuilder frame = new StringBuilder().append((char) first);
    int length = content.length();
    if (length < 126) {
      frame.append((char) (0x80 | length));
    } else if (length < 1 << 16) {
      frame.append((char) 0xFE).append((char) (length >> 8)).append((char) (length & 255));
    } else {
      frame.append((char) 0xFF).append("\0\0\0\0");
      for (int shift = 24; shift >= 0; shift -= 8) {
        frame.append((char) (length >> shift & 255));
      }
    }
    frame.append("\1\2\3\4");
    for (int i = 0; i < length; i++) {
      frame.append((char) (content.charAt(i) ^ i % 4 + 1));
    }
    return frame.toString();
  }

  private static final String BINARY = "\u0082";

  /** Frames of every form of length, in pieces of every size; what is echoed comes unmasked. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 1_000, 1_000_000})
  void framesCutAnywhereAndPingsBetweenFragments(int piece) throws Exception {
    int longest = piece < 3 ? 126 : 1 << 16;
    String sent =
        frame(0x02, "ab")
            + frame(0x89, "are you there")
            + frame(0x00, "x".repeat(longest))
            + frame(0x8A, "nobody asked")
            + frame(0x80, "yz")
            + frame(0x82, "")
            + frame(0x88, "\u0003\u00E8");
    try (Wire wire = house.connect()) {
      wire.send(wire(signed(Signer.of("iotdevicegateway").inQuery()), upgrade()));
      assertThat(wire.receive().status()).isEqualTo(101);
      for (int at = 0; at < sent.length(); at += piece) {
        wire.send(sent.substring(at, Math.min(sent.length(), at + piece)));
      }
      String rest = wire.rest();
      assertThat(rest).contains("\u008A\rare you there");
      String echoed = rest.replace("\u008A\rare you there", "");
      StringBuilder content = new StringBuilder();
      int at = 0;
      while (echoed.startsWith(BINARY, at)) {
        int length = echoed.charAt(at + 1);
        at += 2;
        if (length == 126) {
          length = echoed.charAt(at) << 8 | echoed.charAt(at + 1);
          at += 2;
        } else if (length == 127) {
          length = echoed.charAt(at + 6) << 8 | echoed.charAt(at + 7) | echoed.charAt(at + 5) << 16;
          at += 8;
        }
        content.append(echoed, at, at + length);
        at += length;
      }
      assertThat(content).hasToString("ab" + "x".repeat(longest) + "yz");
      assertThat(echoed.substring(at)).isEqualTo("\u0088\2\u0003\u00E8");
    }
    assertThat(departures.take().cause()).isEqualTo(Departure.Cause.CLIENT_LEFT);
  }

  @Test
  void closeWithoutAStatusIsAnsweredWithoutOne() throws Exception {
    try (Wire wire = house.connect()) {
      wire.send(wire(signed(Signer.of("iotdevicegateway").inQuery()), upgrade()));
      assertThat(wire.receive().status()).isEqualTo(101);
      wire.send(frame(0x88, ""));
      assertThat(wire.rest()).isEqualTo("\u0088\0");
    }
  }

  @Test
  void compressionThatIsOfferedIsNotTaken() throws Exception {
    Map<String, String> headers = new java.util.HashMap<>(upgrade());
    headers.put("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits");
    Answer answer = house.ask(wire(signed(Signer.of("iotdevicegateway")), headers));
    assertThat(answer.status()).isEqualTo(101);
    assertThat(answer.headers()).doesNotContainKey("Sec-WebSocket-Extensions");
  }

  @Test
  void whatFollowsTheHandshakeAtOnceIsNoHttp() throws Exception {
    try (Wire wire = house.connect()) {
      wire.send(
          wire(signed(Signer.of("iotdevicegateway").inQuery()), upgrade())
              + "GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
      Answer answer = wire.receive();
      assertThat(answer.status()).isEqualTo(400);
      assertThat(wire.closedByServer()).isTrue();
    }
    assertThat(opened).isEmpty();
  }

  @Test
  void unknownSubprotocolFailsTheJdksClientToo() {
    ApiRequest request = signed(Signer.of("iotdevicegateway").inQuery());
    assertThatThrownBy(
            () ->
                HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .buildAsync(
                        URI.create("ws://" + house.host() + "/mqtt?" + request.query()), new Jdk())
                    .join())
        .rootCause()
        .hasMessageContaining("400");
  }
}
