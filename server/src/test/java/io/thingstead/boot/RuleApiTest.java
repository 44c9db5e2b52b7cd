package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.model.Action;
import software.amazon.awssdk.services.iot.model.GetTopicRuleResponse;
import software.amazon.awssdk.services.iot.model.TopicRuleDestination;
import software.amazon.awssdk.services.iot.model.TopicRuleDestinationStatus;
import software.amazon.awssdk.services.iot.model.TopicRuleListItem;
import software.amazon.awssdk.services.iot.model.TopicRulePayload;
import tools.jackson.databind.json.JsonMapper;

/** Rules and their destinations through the API: each operation, each member, each error. */
class RuleApiTest extends ApiTest {
  private static final String INVALID = "InvalidRequestException";
  private static final String UNAUTHORIZED = "UnauthorizedException";
  private static final Action REPUBLISH =
      Action.builder()
          .republish(r -> r.roleArn("arn:aws:iam::000000000000:role/r").topic("out").qos(1))
          .build();

  private static TopicRulePayload payload(String sql) {
    return TopicRulePayload.builder()
        .sql(sql)
        .description("told")
        .awsIotSqlVersion("2016-03-23")
        .ruleDisabled(false)
        .actions(REPUBLISH)
        .errorAction(REPUBLISH)
        .build();
  }

  @Test
  void aRuleIsMadeReadReplacedSwitchedAndDeleted() {
    TopicRulePayload first = payload("SELECT * FROM 'a/b'");
    iot().createTopicRule(r -> r.ruleName("life").topicRulePayload(first));
    GetTopicRuleResponse is = iot().getTopicRule(r -> r.ruleName("life"));
    assertThat(is.ruleArn()).isEqualTo("arn:aws:iot:us-east-1:000000000000:rule/life");
    assertThat(is.rule().ruleName()).isEqualTo("life");
    assertThat(is.rule().sql()).isEqualTo(first.sql());
    assertThat(is.rule().description()).isEqualTo("told");
    assertThat(is.rule().awsIotSqlVersion()).isEqualTo("2016-03-23");
    assertThat(is.rule().ruleDisabled()).isFalse();
    assertThat(is.rule().actions()).containsExactly(REPUBLISH);
    assertThat(is.rule().errorAction()).isEqualTo(REPUBLISH);
    assertThat(is.rule().createdAt()).isNotNull();
    iot().disableTopicRule(r -> r.ruleName("life"));
    assertThat(iot().getTopicRule(r -> r.ruleName("life")).rule().ruleDisabled()).isTrue();
    iot().enableTopicRule(r -> r.ruleName("life"));
    assertThat(iot().getTopicRule(r -> r.ruleName("life")).rule().ruleDisabled()).isFalse();
    iot()
        .replaceTopicRule(r -> r.ruleName("life").topicRulePayload(payload("SELECT x FROM 'c/#'")));
    assertThat(iot().getTopicRule(r -> r.ruleName("life")).rule().sql())
        .isEqualTo("SELECT x FROM 'c/#'");
    iot().deleteTopicRule(r -> r.ruleName("life"));
    refused(401, UNAUTHORIZED, () -> iot().getTopicRule(r -> r.ruleName("life")));
    iot().deleteTopicRule(r -> r.ruleName("life"));
  }

  @Test
  void aRuleIsRefusedByTheExactError() {
    iot().createTopicRule(r -> r.ruleName("taken").topicRulePayload(payload("SELECT * FROM 'a'")));
    refused(
        409,
        "ResourceAlreadyExistsException",
        () ->
            iot()
                .createTopicRule(
                    r -> r.ruleName("taken").topicRulePayload(payload("SELECT * FROM 'a'"))));
    refused(
        400,
        "SqlParseException",
        () ->
            iot().createTopicRule(r -> r.ruleName("bad").topicRulePayload(payload("SELECT FROM"))));
    refused(
        400,
        INVALID,
        () ->
            iot()
                .createTopicRule(
                    r -> r.ruleName("not good").topicRulePayload(payload("SELECT * FROM 'a'"))));
    refused(
        400,
        INVALID,
        () ->
            iot()
                .createTopicRule(
                    r ->
                        r.ruleName("sns")
                            .topicRulePayload(
                                p ->
                                    p.sql("SELECT * FROM 'a'")
                                        .actions(
                                            Action.builder()
                                                .sns(s -> s.roleArn("r").targetArn("t"))
                                                .build()))));
    refused(401, UNAUTHORIZED, () -> iot().enableTopicRule(r -> r.ruleName("none")));
    refused(401, UNAUTHORIZED, () -> iot().disableTopicRule(r -> r.ruleName("none")));
    refused(
        401,
        UNAUTHORIZED,
        () ->
            iot()
                .replaceTopicRule(
                    r -> r.ruleName("none").topicRulePayload(payload("SELECT * FROM 'a'"))));
  }

  @Test
  void rulesAreListedByTopicAndStateInPages() {
    for (String name : List.of("list1", "list2", "list3")) {
      iot()
          .createTopicRule(
              r -> r.ruleName(name).topicRulePayload(payload("SELECT * FROM 'listed/+'")));
    }
    iot().disableTopicRule(r -> r.ruleName("list2"));
    var first = iot().listTopicRules(r -> r.topic("listed/x").maxResults(2));
    assertThat(first.rules())
        .extracting(TopicRuleListItem::ruleName)
        .containsExactly("list1", "list2");
    TopicRuleListItem one = first.rules().getFirst();
    assertThat(one.ruleArn()).endsWith(":rule/list1");
    assertThat(one.topicPattern()).isEqualTo("listed/+");
    assertThat(one.createdAt()).isNotNull();
    assertThat(one.ruleDisabled()).isFalse();
    assertThat(iot().listTopicRules(r -> r.topic("listed/x").nextToken(first.nextToken())).rules())
        .extracting(TopicRuleListItem::ruleName)
        .containsExactly("list3");
    assertThat(iot().listTopicRules(r -> r.topic("listed/x").ruleDisabled(true)).rules())
        .extracting(TopicRuleListItem::ruleName)
        .containsExactly("list2");
    refused(400, INVALID, () -> iot().listTopicRules(r -> r.maxResults(10_001)));
    refused(400, INVALID, () -> iot().listTopicRules(r -> r.nextToken("bm90IG91cnM")));
  }

  @Test
  void aDestinationIsConfirmedSwitchedListedAndDeleted() throws Exception {
    LinkedBlockingQueue<String> posted = new LinkedBlockingQueue<>();
    HttpServer target =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    target.createContext(
        "/",
        exchange -> {
          posted.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    target.start();
    try {
      checkDestination("http://127.0.0.1:" + target.getAddress().getPort() + "/in", posted);
    } finally {
      target.stop(0);
    }
  }

  private void checkDestination(String url, LinkedBlockingQueue<String> posted)
      throws IOException, InterruptedException {
    TopicRuleDestination made =
        iot()
            .createTopicRuleDestination(
                r ->
                    r.destinationConfiguration(
                        d -> d.httpUrlConfiguration(h -> h.confirmationUrl(url))))
            .topicRuleDestination();
    assertThat(made.status()).isEqualTo(TopicRuleDestinationStatus.IN_PROGRESS);
    assertThat(made.httpUrlProperties().confirmationUrl()).isEqualTo(url);
    String arn = made.arn();
    assertThat(arn).contains(":ruledestination/http/");
    String confirmation = Objects.requireNonNull(posted.poll(20, TimeUnit.SECONDS));
    String token = JsonMapper.shared().readTree(confirmation).path("confirmationToken").asString();
    iot().confirmTopicRuleDestination(r -> r.confirmationToken(token));
    TopicRuleDestination is = iot().getTopicRuleDestination(r -> r.arn(arn)).topicRuleDestination();
    assertThat(is.status()).isEqualTo(TopicRuleDestinationStatus.ENABLED);
    assertThat(is.createdAt()).isBeforeOrEqualTo(is.lastUpdatedAt());
    iot().updateTopicRuleDestination(r -> r.arn(arn).status(TopicRuleDestinationStatus.DISABLED));
    assertThat(iot().listTopicRuleDestinations(r -> r.maxResults(1)).destinationSummaries())
        .singleElement()
        .satisfies(found -> assertThat(found.arn()).isEqualTo(arn))
        .satisfies(
            found -> assertThat(found.status()).isEqualTo(TopicRuleDestinationStatus.DISABLED))
        .satisfies(found -> assertThat(found.httpUrlSummary().confirmationUrl()).isEqualTo(url));
    iot().deleteTopicRuleDestination(r -> r.arn(arn));
    refused(401, UNAUTHORIZED, () -> iot().getTopicRuleDestination(r -> r.arn(arn)));
    refused(
        401,
        UNAUTHORIZED,
        () ->
            iot()
                .updateTopicRuleDestination(
                    r -> r.arn(arn).status(TopicRuleDestinationStatus.ENABLED)));
    refused(
        401,
        UNAUTHORIZED,
        () -> iot().confirmTopicRuleDestination(r -> r.confirmationToken(token)));
    refused(
        400,
        INVALID,
        () ->
            iot()
                .createTopicRuleDestination(
                    r ->
                        r.destinationConfiguration(
                            d -> d.httpUrlConfiguration(h -> h.confirmationUrl("ftp://x")))));
    refused(400, INVALID, () -> iot().listTopicRuleDestinations(r -> r.maxResults(0)));
  }

  @Test
  void anEndpointIsDescribedForEveryTypeAndNoOther() {
    String address = iot().describeEndpoint().endpointAddress();
    assertThat(address).isNotBlank();
    for (String type : List.of("iot:Data", "iot:Data-ATS", "iot:CredentialProvider", "iot:Jobs")) {
      assertThat(iot().describeEndpoint(r -> r.endpointType(type)).endpointAddress())
          .isEqualTo(address);
    }
    refused(400, INVALID, () -> iot().describeEndpoint(r -> r.endpointType("iot:Other")));
  }

  @Test
  void confirmationByFollowingTheLinkWorksWithoutASignature() throws Exception {
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create(
                            "http://127.0.0.1:" + node().plainHttp() + "/confirmdestination/none"))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(401);
  }
}
