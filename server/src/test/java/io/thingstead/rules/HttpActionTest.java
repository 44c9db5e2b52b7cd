package io.thingstead.rules;

import static io.thingstead.rules.House.refused;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.api.iot.Action;
import io.thingstead.api.iot.CreateTopicRuleDestinationRequest;
import io.thingstead.api.iot.HttpAction;
import io.thingstead.api.iot.HttpActionHeader;
import io.thingstead.api.iot.HttpUrlDestinationConfiguration;
import io.thingstead.api.iot.TopicRuleDestination;
import io.thingstead.api.iot.TopicRuleDestinationConfiguration;
import io.thingstead.api.iot.TopicRuleDestinationStatus;
import io.thingstead.api.iot.TopicRuleDestinationSummary;
import io.thingstead.broker.Qos;
import io.thingstead.model.AwsError;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class HttpActionTest {
  private final House house = new House();
  private WebServer web;

  @BeforeEach
  void open() throws IOException {
    web = new WebServer();
  }

  @AfterEach
  void close() {
    web.close();
  }

  /** Makes a rule and confirms its destination. */
  private void rule(Action action) {
    house.create("post", "SELECT a, topic() AS t FROM 'x'", action);
    confirm();
  }

  private void confirm() {
    house.rules.destinations().confirm(web.requests.removeLast().token());
    web.requests.clear();
  }

  private void send() {
    house.publish("x", "{\"a\":1}", Qos.AT_LEAST_ONCE);
    house.settle();
  }

  @Test
  void ruleMakesItsDestinationWhichTheServerConfirms() {
    house.create("post", "SELECT a, topic() AS t FROM 'x'", House.http(web.url("/in")));
    WebServer.Request asked = web.requests.getFirst();
    assertThat(asked.path()).isEqualTo("/in/?confirmationToken=" + asked.token());
    assertThat(asked.header("x-amz-rules-engine-message-type"))
        .isEqualTo("DestinationConfirmation");
    assertThat(asked.header("Content-Type")).isEqualTo("application/json");
    JsonNode body = JsonMapper.shared().readTree(asked.body());
    assertThat(body.get("messageType").asString()).isEqualTo("DestinationConfirmation");
    assertThat(body.get("enableUrl").asString())
        .isEqualTo("https://localhost:8443/confirmdestination/" + asked.token());
    String arn = body.get("arn").asString();
    assertThat(arn)
        .startsWith("arn:aws:iot:us-east-1:123456789012:ruledestination/http/")
        .isEqualTo(asked.header("x-amz-rules-engine-destination-arn"));
    assertThat(status(arn)).isEqualTo(TopicRuleDestinationStatus.IN_PROGRESS);

    send();
    assertThat(web.requests).hasSize(1);
    assertThat(house.rules.stats("post").actionsFailed().sum()).isEqualTo(1);

    house.rules.destinations().confirm(asked.token());
    assertThat(status(arn)).isEqualTo(TopicRuleDestinationStatus.ENABLED);
    send();
    WebServer.Request posted = web.requests.getLast();
    assertThat(posted.path()).isEqualTo("/in");
    assertThat(posted.body()).isEqualTo("{\"a\":1,\"t\":\"x\"}");
    assertThat(posted.header("Content-Type")).isEqualTo("application/json");
  }

  private @Nullable TopicRuleDestinationStatus status(String arn) {
    return house.rules.destinations().get(arn).status();
  }

  @Test
  void enabledDestinationIsEnabledAfterARestart() {
    rule(House.http(web.url("/in")));
    house.crash();
    send();
    assertThat(web.requests).hasSize(1);
  }

  @Test
  void urlAndHeadersAreTemplates() {
    rule(
        Action.builder()
            .http(
                new HttpAction(
                    web.url("/in/${topic()}?a=${a}"),
                    web.url("/in"),
                    List.of(
                        new HttpActionHeader("content-type", "text/plain"),
                        new HttpActionHeader("X-Topic", "${topic()}${chr(10)}x"),
                        new HttpActionHeader("X-None", "${missing}")),
                    null))
            .build());
    send();
    WebServer.Request posted = web.requests.getFirst();
    assertThat(posted.path()).isEqualTo("/in/x?a=1");
    assertThat(posted.header("Content-Type")).isEqualTo("text/plain");
    assertThat(posted.header("X-Topic")).isEqualTo("x x");
    assertThat(posted.header("X-None")).isEmpty();
  }

  @Test
  void templateCannotLeaveItsDestination() {
    house.create(
        "post",
        "SELECT * FROM 'x'",
        Action.builder()
            .http(
                HttpAction.builder()
                    .url(web.url("/in/${b}"))
                    .confirmationUrl(web.url("/in/"))
                    .build())
            .build());
    confirm();
    house.publish("x", "{\"b\":\"../secret\"}", Qos.AT_LEAST_ONCE);
    house.settle();
    house.publish("x", "{\"b\":\"fine\"}", Qos.AT_LEAST_ONCE);
    house.settle();
    assertThat(web.requests).extracting(WebServer.Request::path).containsExactly("/in/fine");
  }

  @Test
  void serverErrorsAreRetriedUpToThreeTries() {
    rule(House.http(web.url("/in")));
    web.answers.addAll(List.of(500, 429));
    send();
    assertThat(web.requests).hasSize(3);
    assertThat(house.rules.stats("post").actionsDone().sum()).isEqualTo(1);
    web.requests.clear();
    web.answers.addAll(List.of(503, 503, 503));
    send();
    assertThat(web.requests).hasSize(3);
    assertThat(house.rules.stats("post").actionsFailed().sum()).isEqualTo(1);
  }

  @Test
  void otherAnswersAreFinal() {
    rule(House.http(web.url("/in")));
    for (int status : List.of(400, 404, 302)) {
      web.requests.clear();
      web.answers.add(status);
      send();
      assertThat(web.requests).as("status " + status).hasSize(1);
    }
    web.requests.clear();
    web.answers.add(500);
    web.bodyBytes = 20_000;
    send();
    assertThat(web.requests).hasSize(1);
    web.requests.clear();
    web.answers.add(WebServer.CLOSE);
    send();
    assertThat(web.requests).hasSize(1);
    assertThat(house.rules.stats("post").actionsFailed().sum()).isEqualTo(5);
  }

  @Test
  void errorActionNamesTheAnswer() {
    house.rules.create(
        House.request(
            "post", "SELECT * FROM 'x'", House.republish("errors"), House.http(web.url("/in"))));
    house.settle();
    confirm();
    web.answers.add(404);
    send();
    JsonNode report =
        JsonMapper.shared().readTree(house.published.getLast().payload().toString(UTF_8));
    JsonNode failure = report.get("failures").get(0);
    assertThat(failure.get("failedAction").asString()).isEqualTo("HttpAction");
    assertThat(failure.get("failedResource").asString()).isEqualTo(web.url("/in"));
    assertThat(failure.get("errorMessage").asString())
        .startsWith(
            "HttpAction failed to make a request to the specified endpoint. StatusCode: 404.");
  }

  @Test
  void destinationsChangeTheirStatusOnlyAsAllowed() {
    Destinations destinations = house.rules.destinations();
    String arn = create("/d");
    String token = web.requests.getLast().token();
    refused(AwsError.RESOURCE_ALREADY_EXISTS, () -> create("/d"));
    refused(
        AwsError.INVALID_REQUEST,
        () -> destinations.update(arn, TopicRuleDestinationStatus.ENABLED));
    refused(AwsError.UNAUTHORIZED, () -> destinations.confirm("guess"));
    destinations.update(arn, TopicRuleDestinationStatus.IN_PROGRESS);
    house.settle();
    assertThat(web.requests).hasSize(2);
    refused(AwsError.UNAUTHORIZED, () -> destinations.confirm(token));
    destinations.confirm(web.requests.getLast().token());
    destinations.confirm(web.requests.getLast().token());
    destinations.update(arn, TopicRuleDestinationStatus.DISABLED);
    destinations.confirm(web.requests.getLast().token());
    assertThat(status(arn)).isEqualTo(TopicRuleDestinationStatus.DISABLED);
    destinations.update(arn, TopicRuleDestinationStatus.ENABLED);
    assertThat(status(arn)).isEqualTo(TopicRuleDestinationStatus.ENABLED);
    refused(
        AwsError.INVALID_REQUEST, () -> destinations.update(arn, TopicRuleDestinationStatus.ERROR));
    destinations.delete(arn);
    destinations.delete(arn);
    refused(AwsError.UNAUTHORIZED, () -> destinations.get(arn));
    create("/d");
  }

  @Test
  void destinationThatIsNotConfirmedInTimeIsInError() {
    String arn = create("/d");
    house.sim.advance(Duration.ofHours(25));
    assertThat(status(arn)).isEqualTo(TopicRuleDestinationStatus.ERROR);
    refused(
        AwsError.UNAUTHORIZED,
        () -> house.rules.destinations().confirm(web.requests.getLast().token()));
  }

  @Test
  void destinationThatDoesNotTakeTheRequestIsInError() {
    web.answers.add(403);
    String arn = create("/d");
    TopicRuleDestination destination = house.rules.destinations().get(arn);
    assertThat(destination.status()).isEqualTo(TopicRuleDestinationStatus.ERROR);
    assertThat(destination.statusReason()).contains("403");
  }

  @Test
  void destinationsAreListedInPages() {
    for (int i = 0; i < 5; i++) {
      create("/d" + i);
    }
    Destinations destinations = house.rules.destinations();
    var first = destinations.list(3, null);
    var second = destinations.list(3, first.nextToken());
    assertThat(first.destinationSummaries()).hasSize(3);
    assertThat(second.destinationSummaries()).hasSize(2);
    assertThat(second.nextToken()).isNull();
    assertThat(Objects.requireNonNull(first.destinationSummaries()))
        .extracting(TopicRuleDestinationSummary::status)
        .containsOnly(TopicRuleDestinationStatus.IN_PROGRESS);
  }

  private String create(String path) {
    TopicRuleDestination made =
        house
            .rules
            .destinations()
            .create(
                new CreateTopicRuleDestinationRequest(
                    new TopicRuleDestinationConfiguration(
                        new HttpUrlDestinationConfiguration(web.url(path)), null)));
    house.settle();
    return Objects.requireNonNull(made.arn());
  }

  @Test
  void urlsThatCouldNotWorkAreRefused() {
    for (String url :
        List.of(
            "ftp://example.com/",
            "example.com",
            "http://[::1]/",
            "http://user@127.0.0.1/",
            "http://127.0.0.1/#x",
            "http://${topic()}/x",
            "http://127.0.0.1/${topic()}")) {
      refused(
          AwsError.INVALID_REQUEST, () -> house.create("r", "SELECT * FROM 'x'", House.http(url)));
    }
    HttpAction apart =
        HttpAction.builder()
            .url("http://127.0.0.1/a")
            .confirmationUrl("http://127.0.0.1/b")
            .build();
    HttpAction host =
        new HttpAction(
            "http://127.0.0.1/a", null, List.of(new HttpActionHeader("Host", "x")), null);
    for (HttpAction action : List.of(apart, host)) {
      refused(
          AwsError.INVALID_REQUEST,
          () -> house.create("r", "SELECT * FROM 'x'", Action.builder().http(action).build()));
    }
  }
}
