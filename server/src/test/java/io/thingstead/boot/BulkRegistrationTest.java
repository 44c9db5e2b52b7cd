package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.DescribeThingRegistrationTaskResponse;
import software.amazon.awssdk.services.iot.model.ReportType;
import software.amazon.awssdk.services.iot.model.Status;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Things made of a file, a line each, also over an end of the server. */
class BulkRegistrationTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String ROLE = "arn:aws:iam::000000000000:role/bulk";
  private static final int PATIENCE = 20_000;
  private static final String TEMPLATE =
      """
      {"Parameters": {"Name": {"Type": "String"}},
       "Resources": {"thing": {"Type": "AWS::IoT::Thing",
         "Properties": {"ThingName": {"Ref": "Name"}},
         "OverrideSettings": {"AttributePayload": "FAIL"}}}}\
      """;

  @TempDir private Path directory = Path.of("");

  private void file(String bucket, String key, String content) throws IOException {
    Path file = directory.resolve("data/buckets/000000000000").resolve(bucket).resolve(key);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private static String start(IotClient iot, String bucket, String key) {
    return iot.startThingRegistrationTask(
            r -> r.templateBody(TEMPLATE).inputFileBucket(bucket).inputFileKey(key).roleArn(ROLE))
        .taskId();
  }

  private static DescribeThingRegistrationTaskResponse ended(IotClient iot, String id) {
    DescribeThingRegistrationTaskResponse is = null;
    for (int i = 0; i < PATIENCE; i++) {
      is = iot.describeThingRegistrationTask(r -> r.taskId(id));
      if (is.status() != Status.IN_PROGRESS && is.status() != Status.CANCELLING) {
        return is;
      }
    }
    throw new AssertionError("it did not end: " + is);
  }

  private static List<JsonNode> report(RunningNode node, String id, ReportType type)
      throws Exception {
    try (IotClient iot = node.iot()) {
      List<String> links =
          iot.listThingRegistrationTaskReports(r -> r.taskId(id).reportType(type)).resourceLinks();
      if (links.isEmpty()) {
        return List.of();
      }
      String link = links.getFirst();
      String path = link.substring(link.indexOf("/_thingstead"));
      return node.signed("GET", path, Map.of(), "").body().lines().map(JSON::readTree).toList();
    }
  }

  private static void refused(int status, String code, ThrowingCallable call) {
    AwsServiceException refusal = catchThrowableOfType(AwsServiceException.class, call);
    assertThat(refusal).as("it was not refused").isNotNull();
    assertThat(refusal.awsErrorDetails().errorCode()).isEqualTo(code);
    assertThat(refusal.statusCode()).isEqualTo(status);
  }

  @Test
  void aFileIsRegisteredLineByLine() throws Exception {
    file(
        "factory",
        "may/batch.json",
        "{\"Name\": \"bulk-1\"}\n{\"Serial\": \"2\"}\nno JSON\n{\"Name\": \"bulk-4\"}");
    try (RunningNode node = new RunningNode(directory);
        IotClient iot = node.iot()) {
      String id = start(iot, "factory", "may/batch.json");
      DescribeThingRegistrationTaskResponse is = ended(iot, id);
      assertThat(is.status()).as(is.toString()).isEqualTo(Status.COMPLETED);
      assertThat(is.successCount()).isEqualTo(2);
      assertThat(is.failureCount()).isEqualTo(2);
      assertThat(is.percentageProgress()).isEqualTo(100);
      assertThat(is.templateBody()).isEqualTo(TEMPLATE);
      assertThat(iot.describeThing(r -> r.thingName("bulk-4")).version()).isEqualTo(1);
      // The status is there a little before it is written down that it is.
      String log = "";
      for (int i = 0; i < 1000 && !log.contains("bulk-registration"); i++) {
        log = node.signed("GET", "/_thingstead/audit?maxResults=1", Map.of(), "").body();
      }
      assertThat(log).contains("\"succeeded\":\"2\"", "\"failed\":\"2\"", "COMPLETED", id);
      List<JsonNode> results = report(node, id, ReportType.RESULTS);
      assertThat(results).hasSize(2);
      assertThat(results.getLast().path("LineNumber").asInt()).isEqualTo(4);
      assertThat(results.getLast().path("Response").path("ResourceArns").path("thing").asString())
          .isEqualTo("arn:aws:iot:us-east-1:000000000000:thing/bulk-4");
      List<JsonNode> errors = report(node, id, ReportType.ERRORS);
      assertThat(errors).hasSize(2);
      assertThat(errors.getFirst().path("LineNumber").asInt()).isEqualTo(2);
      assertThat(errors.getFirst().path("Response").path("Error").asString())
          .contains("the parameter Name was not given");
      assertThat(iot.listThingRegistrationTasks(r -> r.status(Status.COMPLETED)).taskIds())
          .containsExactly(id);
      assertThat(iot.listThingRegistrationTasks(r -> r.status(Status.FAILED)).taskIds()).isEmpty();
      iot.stopThingRegistrationTask(r -> r.taskId(id));
      assertThat(iot.describeThingRegistrationTask(r -> r.taskId(id)).status())
          .isEqualTo(Status.COMPLETED);
      refusals(iot);
    }
  }

  private void refusals(IotClient iot) throws IOException {
    String invalid = "InvalidRequestException";
    Files.writeString(directory.resolve("data/outside"), "{}");
    refused(400, invalid, () -> start(iot, "factory", "none.json"));
    refused(400, invalid, () -> start(iot, "factory", "../../../outside"));
    refused(400, invalid, () -> start(iot, "...", "../outside"));
    refused(
        400,
        invalid,
        () ->
            iot.startThingRegistrationTask(
                r ->
                    r.templateBody("{}")
                        .inputFileBucket("factory")
                        .inputFileKey("may/batch.json")
                        .roleArn(ROLE)));
    String none = "0".repeat(8) + "-0000-0000-0000-" + "0".repeat(12);
    refused(
        404,
        "ResourceNotFoundException",
        () -> iot.describeThingRegistrationTask(r -> r.taskId(none)));
    refused(
        404, "ResourceNotFoundException", () -> iot.stopThingRegistrationTask(r -> r.taskId(none)));
  }

  @Test
  void anEndOfTheServerNeitherRepeatsNorLosesALine() throws Exception {
    int lines = 2_000;
    file(
        "factory",
        "all.json",
        IntStream.range(0, lines)
            .mapToObj(i -> "{\"Name\": \"many-" + i + "\"}\n")
            .collect(Collectors.joining()));
    String id;
    try (RunningNode node = new RunningNode(directory);
        IotClient iot = node.iot()) {
      id = start(iot, "factory", "all.json");
      refused(400, "InvalidRequestException", () -> start(iot, "factory", "all.json"));
    }
    try (RunningNode node = new RunningNode(directory);
        IotClient iot = node.iot()) {
      DescribeThingRegistrationTaskResponse is = ended(iot, id);
      assertThat(is.status()).as(is.toString()).isEqualTo(Status.COMPLETED);
      assertThat(is.successCount()).isEqualTo(lines);
      assertThat(is.failureCount()).isZero();
      assertThat(
              report(node, id, ReportType.RESULTS).stream()
                  .map(each -> each.path("LineNumber").asInt()))
          .isEqualTo(IntStream.rangeClosed(1, lines).boxed().toList());
    }
  }

  @Test
  void aRegistrationIsStopped() throws Exception {
    file(
        "factory",
        "long.json",
        IntStream.range(0, 20_000)
            .mapToObj(i -> "{\"Name\": \"stopped-" + i + "\"}\n")
            .collect(Collectors.joining()));
    try (RunningNode node = new RunningNode(directory);
        IotClient iot = node.iot()) {
      String id = start(iot, "factory", "long.json");
      iot.stopThingRegistrationTask(r -> r.taskId(id));
      DescribeThingRegistrationTaskResponse is = ended(iot, id);
      assertThat(is.status()).isEqualTo(Status.CANCELLED);
      assertThat(is.successCount()).isLessThan(20_000);
      assertThat(is.percentageProgress()).isLessThan(100);
    }
  }
}
