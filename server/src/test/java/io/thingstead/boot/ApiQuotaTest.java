package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.Map;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** Quotas of the data plane's calls: set by the operator's API, exceeded, answered exactly. */
class ApiQuotaTest extends ApiTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private String set = "";

  @BeforeEach
  void letAnyoneIn() {
    if (iot().listPolicies().policies().isEmpty()) {
      iot().createPolicy(r -> r.policyName("any").policyDocument(RunningNode.ANY_POLICY));
      iot().attachPolicy(r -> r.policyName("any").target("anonymous"));
    }
  }

  @AfterEach
  void putBack() throws Exception {
    if (!set.isEmpty()) {
      assertThat(limit(set, "null").statusCode()).isEqualTo(200);
    }
  }

  private HttpResponse<String> limit(String quota, String value) throws Exception {
    String body = "{\"quotas\":{\"%s\":%s}}".formatted(quota, value);
    return node().signed("POST", "/_thingstead/limits", Map.of(), body);
  }

  private static void refused(HttpResponse<String> answer, int status, String error, String why) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("x-amzn-errortype").orElse("")).isEqualTo(error);
    assertThat(JSON.readTree(answer.body()).path("message").asString("")).contains(why);
  }

  @ParameterizedTest
  @CsvSource({
    "api.perSecond, GET, /connections/x",
    "api.perSecond, DELETE, /connections/x",
    "api.perClientPerSecond, GET, /connections/x/subscriptions",
    "api.directMessagesPerSecond, POST, /connections/x/messages?topic=t",
    "messages.inPerSecond, POST, /topics/t",
    "retained.perSecond, POST, /topics/t?retain=true",
    "retained.perTopicPerSecond, POST, /topics/t?retain=true",
  })
  void oneCallMoreIsThrottledAndCounted(String quota, String method, String path) throws Exception {
    set = quota;
    assertThat(limit(quota, "0").statusCode()).isEqualTo(200);

    HttpResponse<String> answer =
        node().signed(method, path, Map.of(), method.equals("POST") ? "x" : "");

    refused(answer, 429, "ThrottlingException", "");
    assertThat(node().signed("GET", "/metrics", Map.of(), "").body())
        .containsPattern("limit_exceeded.*limit=\"" + quota + "\"");
  }

  @ParameterizedTest
  @CsvSource({
    "api.retainedPage, 1, GET, /retainedMessage?maxResults=2, maxResults is 1 to 1",
    "api.confirmationSeconds, 2, POST,"
        + " /connections/x/messages?topic=t&confirmation=true&timeout=3, timeout is 1 to 2",
    "topics.bytes, 3, POST, /topics/abcd, more than 3",
  })
  void moreThanACallMayAskForIsInvalid(
      String quota, String value, String method, String path, String why) throws Exception {
    set = quota;
    assertThat(limit(quota, value).statusCode()).isEqualTo(200);

    refused(
        node().signed(method, path, Map.of(), method.equals("POST") ? "x" : ""),
        400,
        "InvalidRequestException",
        why);
  }

  @Test
  void pageHasItsDefaultSize() throws Exception {
    set = "api.subscriptionsPage";
    assertThat(limit(set, "2").statusCode()).isEqualTo(200);
    String url = "tcp://127.0.0.1:" + node().plainMqtt();
    try (MqttClient client = new MqttClient(url, "pages", new MemoryPersistence())) {
      client.connect();
      client.subscribe(new String[] {"a", "b", "c"});
      String page = node().signed("GET", "/connections/pages/subscriptions", Map.of(), "").body();
      assertThat(JSON.readTree(page).path("subscriptions")).hasSize(2);
      client.disconnect();
    }
  }

  @Test
  void sessionsCannotBeKeptLongerThanTheAccountMayHaveThem() throws Exception {
    refused(
        limit("sessions.expiry", "604801"), 400, "InvalidRequestException", "sessions.expiryMax");
    set = "sessions.expiry";
    assertThat(limit(set, "604800").statusCode()).isEqualTo(200);
  }
}
