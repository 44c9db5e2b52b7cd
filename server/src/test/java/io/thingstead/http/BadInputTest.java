package io.thingstead.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.thingstead.api.Empty;
import io.thingstead.api.iot.CreateThingResponse;
import io.thingstead.api.iot.Iot;
import io.thingstead.api.iotdata.IotData;
import io.thingstead.api.iotdata.PublishResponse;
import io.thingstead.api.iotjobsdata.GetPendingJobExecutionsResponse;
import io.thingstead.api.iotjobsdata.IotJobsData;
import io.thingstead.http.ApiHouse.Answer;
import io.thingstead.http.ApiHouse.Wire;
import io.thingstead.http.HttpStats.Kind;
import io.thingstead.identity.Principal;
import io.thingstead.net.Draining;
import io.thingstead.net.Role;
import io.thingstead.net.Unfinished;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What strangers and mistakes send: the exact wire error, a count, and the server goes on. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputTest {
  private static final byte[] NONE = {};

  private final CountDownLatch first = new CountDownLatch(1);
  private ApiHouse house;

  @BeforeAll
  void open() {
    house = ApiHouse.open();
    house.table.on(
        Iot.CREATE_THING,
        (_, input) -> {
          if (input.thingName().equals("broken")) {
            throw new IllegalStateException("a secret of the inside");
          }
          if (input.thingName().equals("slow")) {
            await(first);
          }
          return new CreateThingResponse(input.thingName(), null, null);
        });
    house.table.on(Iot.DELETE_POLICY, (_, _) -> Empty.EMPTY);
    house.table.on(IotData.PUBLISH, (_, _) -> new PublishResponse("OK", "t"));
    house.table.on(
        IotJobsData.GET_PENDING_JOB_EXECUTIONS,
        (_, _) -> new GetPendingJobExecutionsResponse(List.of(), List.of()));
    house.table.route(
        java.util.Set.of(Role.ALL),
        "GET",
        "/healthz",
        _ -> new io.thingstead.api.ApiResponse(200, new io.thingstead.api.Headers(), NONE));
    house.table.administratorRoute(
        java.util.Set.of(Role.ALL),
        "POST",
        "/_thingstead/reset",
        _ -> new io.thingstead.api.ApiResponse(204, new io.thingstead.api.Headers(), NONE));
  }

  @AfterAll
  void close() {
    house.close();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private String signed(String service, String method, String path, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.ISO_8859_1);
    return Signer.wire(Signer.of(service).sign(method, house.host(), path, Map.of(), bytes));
  }

  private Answer ask(String service, String method, String path, String body) throws IOException {
    return house.ask(signed(service, method, path, body));
  }

  private void expect(Answer answer, int status, String error) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.error()).isEqualTo(error);
    assertThat(answer.headers().get("x-amzn-RequestId")).matches("[0-9a-f-]{36}");
    assertThat(answer.headers()).containsEntry("Content-Type", "application/json");
    assertThat(answer.body()).startsWith("{\"message\":\"").doesNotContain("\tat ", "Exception:");
  }

  private long counted(Kind kind) {
    return house.stats.of(kind);
  }

  @Test
  void invalidJsonAndUtf8AreRefusedNamingThePlace() throws IOException {
    long before = counted(Kind.REFUSED);
    for (String body :
        List.of(
            "{",
            "nonsense",
            "{}{}",
            "[1]",
            "{\"a\":1,\"a\":2}",
            "{\"thingTypeName\":\"\u00ff\"}")) {
      expect(ask("iot", "POST", "/things/t", body), 400, "SerializationException");
    }
    Answer deep =
        ask("iot", "POST", "/things/t", "{\"a\":" + "[".repeat(4_000) + "]".repeat(4_000) + "}");
    expect(deep, 400, "SerializationException");
    Answer path = ask("iot", "POST", "/things/%FF", "{}");
    expect(path, 400, "SerializationException");
    Answer kind =
        ask("iot", "POST", "/things/t", "{\"attributePayload\":{\"attributes\":{\"k\":1}}}");
    expect(kind, 400, "SerializationException");
    assertThat(kind.body()).contains("/attributePayload/attributes/k must be a string");
    assertThat(counted(Kind.REFUSED)).isEqualTo(before + 9);
  }

  @Test
  void badSignaturesAreRefusedByTheirNames() throws IOException {
    long before = counted(Kind.UNAUTHENTICATED);
    expect(
        house.ask("GET /things HTTP/1.1\r\nHost: x\r\n\r\n"),
        403,
        "MissingAuthenticationTokenException");
    String good = signed("iot", "POST", "/things/t", "{}");
    expect(house.ask(good.replace("Signature=", "Signature=0")), 403, "InvalidSignatureException");
    expect(house.ask(good.replace(Signer.KEY, "AKIA0")), 403, "UnrecognizedClientException");
    expect(house.ask(good.replace("Credential=", "Cred=")), 403, "IncompleteSignatureException");
    expect(ask("s3", "GET", "/things", ""), 403, "InvalidSignatureException");
    assertThat(counted(Kind.UNAUTHENTICATED)).isEqualTo(before + 5);
    assertThat(house.ask(good).status()).isEqualTo(200);
  }

  @Test
  void signatureForAnotherRegionIsRefused() throws IOException {
    Signer signer = Signer.of("iot").in("eu-west-1");
    String signed = Signer.wire(signer.sign("GET", house.host(), "/things", Map.of(), new byte[0]));
    Answer answer = house.ask(signed);
    expect(answer, 403, "InvalidSignatureException");
    assertThat(answer.body())
        .contains("Credential should be scoped to a valid region, not 'eu-west-1'.");
  }

  @Test
  void pageOfAnotherOriginIsRefusedAndSoIsAnotherNameForThisAddress() throws IOException {
    String origin = "Origin: https://evil.example\r\n";
    String signed =
        Signer.wire(Signer.of("iot").sign("GET", house.host(), "/things", Map.of(), new byte[0]));
    Answer answer = house.ask(signed.replaceFirst("\r\n", "\r\n" + origin));
    expect(answer, 403, "ForbiddenException");
    assertThat(answer.body()).contains("allow-origin");
    expect(
        house.ask("GET /things HTTP/1.1\r\nHost: evil.example:8080\r\n\r\n"),
        403,
        "ForbiddenException");
  }

  @Test
  void skewedClockIsRefused() throws IOException {
    try (ApiHouse late =
        new ApiHouse(Role.ALL, new Principal.Anonymous("anonymous"), Duration.ofMinutes(20))) {
      byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
      Answer answer =
          late.ask(
              Signer.wire(Signer.of("iot").sign("POST", late.host(), "/things/t", Map.of(), body)));
      expect(answer, 403, "InvalidSignatureException");
      assertThat(answer.body()).contains("Signature expired");
      assertThat(answer.headers()).containsKey("Date"); // SDKs correct their clock by it
    }
  }

  @Test
  void unknownOperationsAreRefused() throws IOException {
    long before = counted(Kind.UNKNOWN_OPERATION);
    expect(ask("iot", "GET", "/no/such/path", ""), 404, "UnknownOperationException");
    expect(ask("iotdata", "PUT", "/topics/a", ""), 405, "MethodNotAllowedException");
    assertThat(counted(Kind.UNKNOWN_OPERATION)).isEqualTo(before + 2);
    Answer unbuilt = ask("lambda", "GET", "/2015-03-31/functions/", "");
    expect(unbuilt, 501, "NotImplementedException");
    assertThat(unbuilt.body()).contains("ListFunctions");
  }

  @Test
  void dataPlaneErrorsCarryATraceId() throws IOException {
    Answer answer = ask("iotdata", "PUT", "/topics/a", "");
    assertThat(answer.body())
        .contains("\"traceId\":\"" + answer.headers().get("x-amzn-RequestId") + "\"");
  }

  @Test
  void credentialScopeSettlesThePathsThatServicesShare() throws IOException {
    expect(ask("iot", "GET", "/things/t/jobs", ""), 501, "NotImplementedException");
    assertThat(ask("execute-api", "GET", "/things/t/jobs", "").body())
        .contains("ListJobExecutionsForThing");
    Answer device = ask("iot-jobs-data", "GET", "/things/t/jobs", "");
    assertThat(device.status()).isEqualTo(200);
    assertThat(device.body()).isEqualTo("{\"inProgressJobs\":[],\"queuedJobs\":[]}");
  }

  @Test
  void faultTellsTheClientOnlyTheRequestId() throws IOException {
    long before = counted(Kind.FAULT);
    Answer answer = ask("iot", "POST", "/things/broken", "{}");
    expect(answer, 500, "InternalFailureException");
    assertThat(answer.body())
        .doesNotContain("secret")
        .contains(String.valueOf(answer.headers().get("x-amzn-RequestId")));
    assertThat(counted(Kind.FAULT)).isEqualTo(before + 1);
  }

  @Test
  void brokenHttpIsRefusedAndTheConnectionClosed() throws IOException {
    long before = counted(Kind.MALFORMED);
    try (Wire wire = house.connect()) {
      wire.send("NONSENSE\r\n\r\n");
      expect(wire.receive(), 400, "InvalidRequestException");
      assertThat(wire.closedByServer()).isTrue();
    }
    expect(
        house.ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n"),
        400,
        "InvalidRequestException");
    expect(
        house.ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"),
        400,
        "InvalidRequestException");
    assertThat(counted(Kind.MALFORMED)).isEqualTo(before + 3);
  }

  @Test
  void oversizedHeadersLinesAndBodiesAreRefused() throws IOException {
    long before = counted(Kind.OVERSIZED);
    String big = "x".repeat(9_000);
    expect(
        house.ask("GET / HTTP/1.1\r\nHost: x\r\nBig: " + big + "\r\n\r\n"),
        431,
        "InvalidRequestException");
    expect(
        house.ask("GET /" + big + " HTTP/1.1\r\nHost: x\r\n\r\n"), 414, "InvalidRequestException");
    expect(
        house.ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10001\r\n\r\n"),
        413,
        "RequestEntityTooLargeException");
    expect(
        house.ask(
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "2000\r\n"
                + "x".repeat(0x2000)
                + "\r\n2000\r\n"
                + "x".repeat(0x2000)
                + "\r\n0\r\n\r\n"),
        413,
        "RequestEntityTooLargeException");
    assertThat(counted(Kind.OVERSIZED)).isEqualTo(before + 4);
  }

  /** Half-sent bodies of very many: the oldest make room for who comes. */
  @Test
  void bodiesThatDoNotEndKeepNobodyOut() throws IOException {
    String half =
        "POST /topics/a/b HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n" + "x".repeat(8_000);
    int count = 250;
    long refused = house.stats.of(Kind.OVERLOADED);
    List<Wire> wires = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        Wire wire = house.connect();
        wires.add(wire);
        wire.send(half);
      }
      // What is held of them is at most a mebibyte and an eighth.
      int tooMany = count - 1_179_648 / 8_000;
      while (house.stats.of(Kind.OVERLOADED) - refused < tooMany) {
        house.ask("GET /things HTTP/1.1\r\nHost: x\r\n\r\n");
      }
      assertThat(house.stats.of(Kind.OVERLOADED) - refused).isLessThan(count);
      byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
      String whole =
          Signer.wire(Signer.of("iot").sign("POST", house.host(), "/things/t", Map.of(), body));
      assertThat(house.ask(whole).status()).isLessThan(500);
    } finally {
      for (Wire wire : wires) {
        wire.close();
      }
    }
  }

  @Test
  void bodyLongerThanAnnouncedIsNotReadAsARequest() throws IOException {
    try (Wire wire = house.connect()) {
      wire.send(signed("iot", "POST", "/things/t", "{}") + "surplus\r\n\r\n");
      assertThat(wire.receive().status()).isEqualTo(200);
      expect(wire.receive(), 400, "InvalidRequestException");
      assertThat(wire.closedByServer()).isTrue();
    }
  }

  @Test
  void answersComeInTheOrderOfThePipelinedRequests() throws IOException {
    try (Wire wire = house.connect()) {
      wire.send(
          signed("iot", "POST", "/things/slow", "{}")
              + signed("iot", "POST", "/things/quick", "{}")
              + signed("iot", "DELETE", "/policies/p", ""));
      first.countDown();
      assertThat(wire.receive().body()).isEqualTo("{\"thingName\":\"slow\"}");
      assertThat(wire.receive().body()).isEqualTo("{\"thingName\":\"quick\"}");
      Answer last = wire.receive();
      assertThat(last.status()).isEqualTo(200);
      assertThat(last.body()).isEmpty();
    }
  }

  @Test
  void continueIsSaidToThoseWhoWaitForIt() throws IOException {
    String request = signed("iot", "POST", "/things/t", "{}");
    int body = request.length() - 2;
    try (Wire wire = house.connect()) {
      wire.send(request.substring(0, body).replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n"));
      assertThat(wire.receive().status()).isEqualTo(100);
      wire.send(request.substring(body));
      assertThat(wire.receive().status()).isEqualTo(200);
    }
  }

  @Test
  void oldHttpClosesAfterTheAnswer() throws IOException {
    try (Wire wire = house.connect()) {
      wire.send("GET /healthz HTTP/1.0\r\n\r\n");
      assertThat(wire.receive().status()).isEqualTo(200);
      assertThat(wire.closedByServer()).isTrue();
    }
  }

  @Test
  void routesOfAdministratorsNeedTheirSignature() throws IOException {
    expect(
        house.ask("POST /_thingstead/reset HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"),
        403,
        "MissingAuthenticationTokenException");
    assertThat(ask("iot", "POST", "/_thingstead/reset", "").status()).isEqualTo(204);
  }

  @Test
  void certificateReachesOnlyTheDataPlane() throws IOException {
    Principal device = new Principal.Certificate("c0", "arn:aws:iot:us-east-1:0:cert/c0", true);
    try (ApiHouse port = new ApiHouse(Role.DEVICE, device, Duration.ZERO)) {
      port.table.on(IotData.PUBLISH, (_, _) -> new PublishResponse("OK", "t"));
      Answer published =
          port.ask("POST /topics/a/b?qos=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx");
      assertThat(published.body()).isEqualTo("{\"message\":\"OK\",\"traceId\":\"t\"}");
      expect(port.ask("GET /things HTTP/1.1\r\nHost: x\r\n\r\n"), 404, "UnknownOperationException");
      byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
      String control =
          Signer.wire(Signer.of("iot").sign("POST", port.host(), "/things/t", Map.of(), body));
      expect(port.ask(control), 403, "AccessDeniedException");
    }
  }

  private static EmbeddedChannel embedded(HttpStats stats) {
    HttpServer server =
        new HttpServer(
            ApiHouse.table(),
            ApiHouse.entrance(InstantSource.system()),
            Runnable::run,
            new Random(1),
            InstantSource.system(),
            ApiHouse.limits(),
            stats,
            new Unfinished(1 << 20, InstantSource.system()));
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.freezeTime();
    channel
        .pipeline()
        .addLast(
            server.handler(ApiHouse.transport(Role.ALL, new Principal.Anonymous("anonymous"))));
    return channel;
  }

  private static DefaultHttpRequest head() {
    DefaultHttpRequest head =
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/things/t");
    head.headers().set("Content-Length", 10);
    return head;
  }

  @Test
  void bodyThatDoesNotComeIsGivenUp() {
    HttpStats stats = new HttpStats();
    EmbeddedChannel channel = embedded(stats);
    channel.writeInbound(head());
    channel.advanceTimeBy(29, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    assertThat(channel.isOpen()).isTrue();
    channel.advanceTimeBy(2, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    FullHttpResponse response = channel.readOutbound();
    assertThat(response.status().code()).isEqualTo(408);
    response.release();
    assertThat(channel.isOpen()).isFalse();
    assertThat(stats.of(Kind.SLOW)).isEqualTo(1);
  }

  @Test
  void headThatDripsIsGivenUp() {
    HttpStats stats = new HttpStats();
    EmbeddedChannel channel = embedded(stats);
    channel.pipeline().addFirst(new HttpServerCodec());
    for (int second = 0; second < 60; second += 10) {
      assertThat(channel.isOpen()).as("after %d s", second).isTrue();
      channel.writeInbound(Unpooled.copiedBuffer(second == 0 ? "GET / HT" : "x", US_ASCII));
      channel.advanceTimeBy(10, TimeUnit.SECONDS);
      channel.runScheduledPendingTasks();
    }
    ByteBuf response = channel.readOutbound();
    assertThat(response.toString(US_ASCII)).startsWith("HTTP/1.1 408 ");
    response.release();
    assertThat(channel.isOpen()).isFalse();
    assertThat(stats.of(Kind.SLOW)).isEqualTo(1);
    channel.finishAndReleaseAll();
  }

  @Test
  void idleConnectionIsClosed() {
    EmbeddedChannel channel = embedded(new HttpStats());
    channel.advanceTimeBy(61, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void bodyShorterThanAnnouncedIsDroppedAndCounted() {
    HttpStats stats = new HttpStats();
    EmbeddedChannel channel = embedded(stats);
    channel.writeInbound(head(), new DefaultHttpContent(Unpooled.wrappedBuffer(new byte[] {1})));
    var _ = channel.close();
    assertThat(stats.of(Kind.MALFORMED)).isEqualTo(1);
    assertThat(channel.outboundMessages()).isEmpty();
  }

  @Test
  void drainingClosesAnIdleConnection() {
    EmbeddedChannel channel = embedded(new HttpStats());
    channel.pipeline().fireUserEventTriggered(Draining.INSTANCE);
    assertThat(channel.isOpen()).isFalse();
  }
}
