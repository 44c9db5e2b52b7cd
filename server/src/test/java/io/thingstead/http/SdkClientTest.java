package io.thingstead.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.thingstead.api.iot.CreateThingResponse;
import io.thingstead.api.iot.Iot;
import io.thingstead.api.iot.ListThingsResponse;
import io.thingstead.api.iot.ThingAttribute;
import io.thingstead.api.iotdata.GetThingShadowResponse;
import io.thingstead.api.iotdata.IotData;
import io.thingstead.api.iotdata.PublishResponse;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import software.amazon.awssdk.services.iot.model.IotException;
import software.amazon.awssdk.services.iot.model.ResourceAlreadyExistsException;
import software.amazon.awssdk.services.iotdataplane.IotDataPlaneClient;
import software.amazon.awssdk.services.iotdataplane.model.ResourceNotFoundException;

/** The whole way of a call, as the unchanged AWS SDK for Java takes it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SdkClientTest {
  private final AtomicReference<Object> seen = new AtomicReference<>();
  private ApiHouse house;
  private IotClient iot;
  private IotDataPlaneClient data;

  @BeforeAll
  void open() {
    house = ApiHouse.open();
    URI endpoint = URI.create("http://" + house.host());
    var credentials =
        StaticCredentialsProvider.create(AwsBasicCredentials.create(Signer.KEY, Signer.SECRET));
    iot =
        IotClient.builder()
            .endpointOverride(endpoint)
            .region(Region.US_EAST_1)
            .credentialsProvider(credentials)
            .overrideConfiguration(c -> c.retryStrategy(r -> r.maxAttempts(1)))
            .httpClient(UrlConnectionHttpClient.create())
            .build();
    data =
        IotDataPlaneClient.builder()
            .endpointOverride(endpoint)
            .region(Region.US_EAST_1)
            .credentialsProvider(credentials)
            .overrideConfiguration(c -> c.retryStrategy(r -> r.maxAttempts(1)))
            .httpClient(UrlConnectionHttpClient.create())
            .build();
    house.table.on(
        Iot.CREATE_THING,
        (call, input) -> {
          seen.set(input);
          if (input.thingName().equals("taken")) {
            throw new ApiException(
                AwsError.RESOURCE_ALREADY_EXISTS,
                "it is taken",
                Map.of("resourceId", "taken", "resourceArn", call.account().arn("thing/taken")));
          }
          return new CreateThingResponse(
              input.thingName(), call.account().arn("thing/" + input.thingName()), "id");
        });
    house.table.on(
        Iot.LIST_THINGS,
        (_, input) -> {
          seen.set(input);
          ThingAttribute thing =
              ThingAttribute.builder()
                  .thingName("t")
                  .attributes(Map.of("k", "v"))
                  .version(3L)
                  .build();
          return new ListThingsResponse(List.of(thing), "next");
        });
    house.table.on(
        IotData.PUBLISH,
        (_, input) -> {
          seen.set(input);
          return new PublishResponse("OK", "trace");
        });
    house.table.on(
        IotData.GET_THING_SHADOW,
        (_, input) -> {
          if (input.thingName().equals("none")) {
            throw new ApiException(
                AwsError.RESOURCE_NOT_FOUND, "No shadow exists with name: 'none'");
          }
          return new GetThingShadowResponse("{\"state\":{}}".getBytes(StandardCharsets.UTF_8));
        });
  }

  @AfterAll
  void close() {
    iot.close();
    data.close();
    house.close();
  }

  @Test
  void inputAndOutputTravel() {
    var answer =
        iot.createThing(
            r ->
                r.thingName("a:b_c-1")
                    .attributePayload(p -> p.attributes(Map.of("k", "v")).merge(true)));
    assertThat(answer.thingArn()).isEqualTo("arn:aws:iot:us-east-1:000000000000:thing/a:b_c-1");
    assertThat(answer.responseMetadata().requestId()).matches("[0-9a-f-]{36}");
    var input = (io.thingstead.api.iot.CreateThingRequest) Objects.requireNonNull(seen.get());
    assertThat(input.thingName()).isEqualTo("a:b_c-1");
    assertThat(Objects.requireNonNull(input.attributePayload()).attributes())
        .isEqualTo(Map.of("k", "v"));
    assertThat(input.thingTypeName()).isNull();
  }

  @Test
  void listAndQueryParametersTravel() {
    var answer = iot.listThings(r -> r.maxResults(7).attributeName("a@b/c#d").nextToken("x/y+z="));
    assertThat(answer.things().getFirst().version()).isEqualTo(3);
    assertThat(answer.nextToken()).isEqualTo("next");
    var input = (io.thingstead.api.iot.ListThingsRequest) Objects.requireNonNull(seen.get());
    assertThat(input.maxResults()).isEqualTo(7);
    assertThat(input.attributeName()).isEqualTo("a@b/c#d");
    assertThat(input.nextToken()).isEqualTo("x/y+z=");
  }

  @Test
  void topicPayloadAndHeadersOfAPublishTravel() {
    data.publish(
        r ->
            r.topic("$aws/a b/\u00e9+%2F")
                .qos(1)
                .retain(true)
                .contentType("text/plain")
                .userProperties("[{\"k\":\"v\"}]")
                .payload(SdkBytes.fromUtf8String("not json")));
    var input = (io.thingstead.api.iotdata.PublishRequest) Objects.requireNonNull(seen.get());
    assertThat(input.topic()).isEqualTo("$aws/a b/\u00e9+%2F");
    assertThat(input.qos()).isEqualTo(1);
    assertThat(input.retain()).isTrue();
    assertThat(input.userProperties()).isEqualTo("[{\"k\":\"v\"}]");
    assertThat(input.payload()).asString(StandardCharsets.UTF_8).isEqualTo("not json");
  }

  @Test
  void blobPayloadIsTheWholeBody() {
    assertThat(data.getThingShadow(r -> r.thingName("t")).payload().asUtf8String())
        .isEqualTo("{\"state\":{}}");
  }

  @Test
  void errorsAreTheTypesThatTheSdkKnows() {
    var exists =
        Objects.requireNonNull(
            catchThrowableOfType(
                ResourceAlreadyExistsException.class,
                () -> iot.createThing(r -> r.thingName("taken"))));
    assertThat(exists.resourceArn()).endsWith(":thing/taken");
    assertThat(exists.awsErrorDetails().errorMessage()).isEqualTo("it is taken");
    assertThat(exists.statusCode()).isEqualTo(409);
    var missing =
        Objects.requireNonNull(
            catchThrowableOfType(
                ResourceNotFoundException.class,
                () -> data.getThingShadow(r -> r.thingName("none"))));
    assertThat(missing.statusCode()).isEqualTo(404);
  }

  @Test
  void brokenConstraintIsAnInvalidRequestThatNamesIt() {
    var invalid =
        Objects.requireNonNull(
            catchThrowableOfType(
                InvalidRequestException.class,
                () -> iot.createThing(r -> r.thingName("my thing"))));
    assertThat(invalid.awsErrorDetails().errorMessage())
        .isEqualTo(
            "1 validation error detected: Value 'my thing' at 'thingName' failed to satisfy"
                + " constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9:_-]+");
  }

  @Test
  void operationThatIsNotBuiltNamesItself() {
    IotException missing =
        Objects.requireNonNull(
            catchThrowableOfType(
                IotException.class, () -> iot.createJob(r -> r.jobId("j").targets("t"))));
    assertThat(missing.statusCode()).isEqualTo(501);
    assertThat(missing.awsErrorDetails().errorCode()).isEqualTo("NotImplementedException");
    assertThat(missing.awsErrorDetails().errorMessage()).contains("CreateJob");
  }

  @Test
  void wrongSecretIsAnInvalidSignature() {
    try (IotClient stranger =
        IotClient.builder()
            .endpointOverride(URI.create("http://" + house.host()))
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create(Signer.KEY, "wrong")))
            .overrideConfiguration(c -> c.retryStrategy(r -> r.maxAttempts(1)))
            .httpClient(UrlConnectionHttpClient.create())
            .build()) {
      SdkServiceException refused =
          Objects.requireNonNull(
              catchThrowableOfType(SdkServiceException.class, () -> stranger.listThings()));
      assertThat(refused.statusCode()).isEqualTo(403);
      assertThat(((IotException) refused).awsErrorDetails().errorCode())
          .isEqualTo("InvalidSignatureException");
    }
  }
}
