package io.thingstead.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.api.ApiRequest;
import io.thingstead.api.Headers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Services that speak awsJson and awsQuery, behind the same port and path. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OtherProtocolsTest {
  private static final String FORM = "application/x-www-form-urlencoded; charset=utf-8";
  private static final String JSON = "application/x-amz-json-1.1";
  private ApiHouse house;

  @BeforeAll
  void open() {
    house = ApiHouse.open();
  }

  @AfterAll
  void close() {
    house.close();
  }

  private ApiHouse.Answer form(Signer signer, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    ApiRequest request = signer.sign("POST", house.host(), "/", Map.of(), bytes);
    request.headers().add("Content-Type", FORM);
    return house.ask(Signer.wire(request));
  }

  private ApiHouse.Answer json(Signer signer, String target, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    ApiRequest request = signer.sign("POST", house.host(), "/", Map.of(), bytes);
    request.headers().add("Content-Type", JSON).add("X-Amz-Target", target);
    return house.ask(Signer.wire(request));
  }

  private ApiHouse.Answer unsigned(Headers headers, String body) throws IOException {
    headers.add("Host", house.host());
    return house.ask(
        Signer.wire(
            new ApiRequest("POST", "/", "", headers, body.getBytes(StandardCharsets.UTF_8))));
  }

  @Test
  void queryOperationIsFoundByActionAndVersion() throws IOException {
    ApiHouse.Answer answer = form(Signer.of("sts"), "Action=GetCallerIdentity&Version=2011-06-15");
    assertThat(answer.status()).isEqualTo(501);
    assertThat(answer.headers().get("Content-Type")).isEqualTo("text/xml");
    assertThat(answer.body())
        .startsWith("<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>")
        .contains("<Type>Receiver</Type><Code>NotImplemented</Code>")
        .contains("<Message>GetCallerIdentity is not implemented")
        .contains("<RequestId>" + answer.headers().get("x-amzn-RequestId") + "</RequestId>");
  }

  @Test
  void queryOperationIsFoundInTheQueryStringToo() throws IOException {
    ApiRequest request =
        Signer.of("iam")
            .sign(
                "GET",
                house.host(),
                "/",
                Map.of(
                    "Action", java.util.List.of("ListUsers"),
                    "Version", java.util.List.of("2010-05-08")),
                new byte[0]);
    assertThat(house.ask(Signer.wire(request)).body()).contains("ListUsers is not implemented");
  }

  @Test
  void unknownActionAndOtherVersionAreInvalidActions() throws IOException {
    for (String body :
        java.util.List.of(
            "Action=Nothing&Version=2010-05-08", "Action=ListUsers&Version=2000-01-01", "A=%zz")) {
      ApiHouse.Answer answer = form(Signer.of("iam"), body);
      assertThat(answer.status()).as(body).isEqualTo(400);
      assertThat(answer.body()).contains("<Type>Sender</Type>");
    }
    assertThat(form(Signer.of("iam"), "Action=Nothing&Version=2010-05-08").body())
        .contains("<Code>InvalidAction</Code>")
        .contains("Could not find operation Nothing for version 2010-05-08 of iam");
  }

  @Test
  void badSignatureHasTheFormOfTheProtocol() throws IOException {
    Signer early =
        Signer.of("sts")
            .at(java.time.Clock.fixed(java.time.Instant.EPOCH, java.time.ZoneOffset.UTC));
    assertThat(form(early, "Action=GetCallerIdentity&Version=2011-06-15").body())
        .contains("<Code>SignatureDoesNotMatch</Code>");
    ApiHouse.Answer answer =
        json(
            Signer.of("cognito-identity")
                .at(java.time.Clock.fixed(java.time.Instant.EPOCH, java.time.ZoneOffset.UTC)),
            "AWSCognitoIdentityService.ListIdentityPools",
            "{}");
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.body()).contains("\"__type\":\"InvalidSignatureException\"");
  }

  @Test
  void operationsForAnyoneNeedNoSignatureAndOthersDo() throws IOException {
    ApiHouse.Answer free =
        unsigned(
            new Headers().add("Content-Type", FORM),
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15");
    assertThat(free.status()).isEqualTo(501);
    assertThat(free.body()).contains("AssumeRoleWithWebIdentity is not implemented");
    ApiHouse.Answer bound =
        unsigned(new Headers().add("Content-Type", FORM), "Action=AssumeRole&Version=2011-06-15");
    assertThat(bound.status()).isEqualTo(403);
    assertThat(bound.body()).contains("<Code>MissingAuthenticationToken</Code>");
    ApiHouse.Answer id =
        unsigned(
            new Headers()
                .add("Content-Type", JSON)
                .add("X-Amz-Target", "AWSCognitoIdentityService.GetId"),
            "{}");
    assertThat(id.status()).isEqualTo(501);
    assertThat(id.body()).contains("GetId is not implemented");
  }

  @Test
  void jsonOperationIsFoundByItsTarget() throws IOException {
    Signer signer = Signer.of("IoTSecuredTunneling");
    ApiHouse.Answer found = json(signer, "IoTSecuredTunneling.OpenTunnel", "{}");
    assertThat(found.status()).isEqualTo(501);
    assertThat(found.headers().get("Content-Type")).isEqualTo(JSON);
    assertThat(found.body())
        .contains("\"__type\":\"NotImplementedException\"")
        .contains("OpenTunnel is not implemented");
    ApiHouse.Answer unknown = json(signer, "IoTSecuredTunneling.Dig", "{}");
    assertThat(unknown.status()).isEqualTo(400);
    assertThat(unknown.body())
        .contains("\"__type\":\"UnknownOperationException\"")
        .contains("no operation of iotsecuretunneling is POST / with the X-Amz-Target");
  }
}
