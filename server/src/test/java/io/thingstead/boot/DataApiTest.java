package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.iotdataplane.model.GetRetainedMessageResponse;
import software.amazon.awssdk.services.iotdataplane.model.PayloadFormatIndicator;
import software.amazon.awssdk.services.iotdataplane.model.RetainedMessageSummary;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The data plane through the API: each operation, each member, each error. */
class DataApiTest extends ApiTest {
  private static final String INVALID = "InvalidRequestException";
  private static final String MISSING = "ResourceNotFoundException";

  private static JsonNode json(SdkBytes payload) {
    return JsonMapper.shared().readTree(payload.asByteArray());
  }

  @Test
  void aRetainedMessageIsPublishedWithItsPropertiesReadAndCleared() {
    data()
        .publish(
            r ->
                r.topic("kept/one")
                    .qos(1)
                    .retain(true)
                    .payload(SdkBytes.fromUtf8String("hello"))
                    .contentType("text/plain")
                    .responseTopic("answers")
                    .payloadFormatIndicator(PayloadFormatIndicator.UTF8_DATA)
                    .correlationData(
                        Base64.getEncoder().encodeToString("c".getBytes(StandardCharsets.US_ASCII)))
                    .messageExpiry(3600L)
                    .userProperties("[{\"k\":\"v\"}]"));
    GetRetainedMessageResponse kept = data().getRetainedMessage(r -> r.topic("kept/one"));
    assertThat(kept.topic()).isEqualTo("kept/one");
    assertThat(kept.payload().asUtf8String()).isEqualTo("hello");
    assertThat(kept.qos()).isEqualTo(1);
    assertThat(kept.lastModifiedTime()).isPositive();
    assertThat(kept.userProperties().asUtf8String()).isEqualTo("[{\"k\":\"v\"}]");
    data().publish(r -> r.topic("kept/one").retain(true).payload(SdkBytes.fromUtf8String("")));
    refused(404, MISSING, () -> data().getRetainedMessage(r -> r.topic("kept/one")));
  }

  @Test
  void retainedMessagesAreListedInPages() {
    for (String topic : List.of("page/1", "page/2", "page/3")) {
      data()
          .publish(
              r -> r.topic(topic).retain(true).qos(0).payload(SdkBytes.fromUtf8String("four")));
    }
    List<RetainedMessageSummary> seen = new ArrayList<>();
    String token = null;
    do {
      String from = token;
      var page = data().listRetainedMessages(r -> r.maxResults(2).nextToken(from));
      assertThat(page.retainedTopics()).hasSizeLessThanOrEqualTo(2);
      seen.addAll(page.retainedTopics());
      token = page.nextToken();
    } while (token != null);
    assertThat(seen)
        .extracting(RetainedMessageSummary::topic)
        .contains("page/1", "page/2", "page/3")
        .doesNotHaveDuplicates();
    RetainedMessageSummary one =
        seen.stream().filter(m -> m.topic().equals("page/1")).findFirst().orElseThrow();
    assertThat(one.payloadSize()).isEqualTo(4);
    assertThat(one.qos()).isEqualTo(0);
    assertThat(one.lastModifiedTime()).isPositive();
    refused(400, INVALID, () -> data().listRetainedMessages(r -> r.nextToken("***")));
    refused(400, INVALID, () -> data().listRetainedMessages(r -> r.maxResults(0)));
  }

  @Test
  void aPublishIsRefusedByTheExactError() {
    refused(400, INVALID, () -> data().publish(r -> r.topic("a/+")));
    refused(400, INVALID, () -> data().publish(r -> r.topic("a").qos(2)));
    refused(
        413,
        "RequestEntityTooLargeException",
        () -> data().publish(r -> r.topic("a").payload(SdkBytes.fromByteArray(new byte[131_073]))));
    refused(400, INVALID, () -> data().publish(r -> r.topic("a").userProperties("{}")));
  }

  @Test
  void shadowsAreUpdatedReadListedAndDeleted() {
    SdkBytes update = SdkBytes.fromUtf8String("{\"state\":{\"desired\":{\"a\":1}}}");
    JsonNode accepted =
        json(data().updateThingShadow(r -> r.thingName("t").payload(update)).payload());
    assertThat(accepted.path("version").asInt()).isEqualTo(1);
    assertThat(accepted.path("state").path("desired").path("a").asInt()).isEqualTo(1);
    for (String name : List.of("n1", "n2", "n3")) {
      data().updateThingShadow(r -> r.thingName("t").shadowName(name).payload(update));
    }
    JsonNode document = json(data().getThingShadow(r -> r.thingName("t")).payload());
    assertThat(document.path("state").path("delta").path("a").asInt()).isEqualTo(1);
    assertThat(document.path("metadata").path("desired").path("a").has("timestamp")).isTrue();
    assertThat(
            json(data().getThingShadow(r -> r.thingName("t").shadowName("n2")).payload())
                .path("version")
                .asInt())
        .isEqualTo(1);
    var first = data().listNamedShadowsForThing(r -> r.thingName("t").pageSize(2));
    assertThat(first.results()).containsExactly("n1", "n2");
    assertThat(first.timestamp()).isPositive();
    assertThat(
            data()
                .listNamedShadowsForThing(r -> r.thingName("t").nextToken(first.nextToken()))
                .results())
        .containsExactly("n3");
    JsonNode gone = json(data().deleteThingShadow(r -> r.thingName("t")).payload());
    assertThat(gone.path("version").asInt()).isEqualTo(1);
    data().deleteThingShadow(r -> r.thingName("t").shadowName("n1"));
    refused(404, MISSING, () -> data().getThingShadow(r -> r.thingName("t")));
    refused(404, MISSING, () -> data().getThingShadow(r -> r.thingName("t").shadowName("n1")));
    refused(404, MISSING, () -> data().deleteThingShadow(r -> r.thingName("t")));
  }

  @Test
  void aShadowUpdateIsRefusedByTheExactError() {
    SdkBytes good = SdkBytes.fromUtf8String("{\"state\":{\"reported\":{\"a\":1}}}");
    data().updateThingShadow(r -> r.thingName("strict").payload(good));
    refused(
        409,
        "ConflictException",
        () ->
            data()
                .updateThingShadow(
                    r ->
                        r.thingName("strict")
                            .payload(
                                SdkBytes.fromUtf8String(
                                    "{\"state\":{\"reported\":{\"a\":2}},\"version\":9}"))));
    refused(
        400,
        INVALID,
        () ->
            data()
                .updateThingShadow(
                    r -> r.thingName("strict").payload(SdkBytes.fromUtf8String("{"))));
    refused(
        413,
        "RequestEntityTooLargeException",
        () ->
            data()
                .updateThingShadow(
                    r ->
                        r.thingName("strict")
                            .payload(
                                SdkBytes.fromUtf8String(
                                    "{\"state\":{\"reported\":{\"a\":\""
                                        + "x".repeat(9000)
                                        + "\"}}}"))));
    refused(400, INVALID, () -> data().getThingShadow(r -> r.thingName("not good")));
  }
}
