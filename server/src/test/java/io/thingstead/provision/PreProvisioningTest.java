package io.thingstead.provision;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thingstead.model.template.ProvisioningTemplate;
import io.thingstead.model.topic.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class PreProvisioningTest {
  private static final String FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:hook";
  private static final Templates.InForce TEMPLATE =
      new Templates.InForce(
          "arn:aws:iot:us-east-1:000000000000:provisioningtemplate/fleet",
          true,
          FUNCTION,
          ProvisioningTemplate.parse(
              "{\"Resources\": {\"t\": {\"Type\": \"AWS::IoT::Thing\","
                  + " \"Properties\": {\"ThingName\": \"x\"}}}}",
              ProvisioningTemplate.Use.REGISTRATION));
  private static final FleetRequest REQUEST =
      new FleetRequest(
          FleetRequest.Kind.THING,
          FleetFormat.JSON,
          new Topic("$aws/provisioning-templates/fleet/provision/json"),
          "client",
          "claim",
          new byte[0]);

  private final List<String> asked = new ArrayList<>();

  private Map<String, String> ask(Invocation functions, Executor threads, Duration patience)
      throws FleetRefusal {
    return new PreProvisioning(new Questions(functions, threads, patience))
        .ask(TEMPLATE, REQUEST, "id", "PEM", Map.of("Serial", "1", "Site", "a"));
  }

  private Map<String, String> answered(String answer) throws FleetRefusal {
    return ask(
        (function, source, event) -> {
          asked.add(function + " " + source + " " + new String(event, UTF_8));
          return answer.getBytes(UTF_8);
        },
        Runnable::run,
        Duration.ofSeconds(5));
  }

  @Test
  void theFunctionIsToldWhoAsksAndMayChangeParameters() throws Exception {
    assertThat(
            answered(
                """
                {"allowProvisioning": true, "parameterOverrides": {"Site": "b", "New": "c"}}
                """))
        .isEqualTo(Map.of("Serial", "1", "Site", "b", "New", "c"));
    String[] words = asked.getFirst().split(" ", 3);
    assertThat(words[0]).isEqualTo(FUNCTION);
    assertThat(words[1]).isEqualTo(TEMPLATE.arn());
    assertThat(JsonMapper.shared().readTree(words[2]))
        .isEqualTo(
            JsonMapper.shared()
                .readTree(
                    """
                    {"claimCertificateId": "claim", "certificateId": "id",
                     "certificatePem": "PEM", "clientId": "client",
                     "templateArn": "arn:aws:iot:us-east-1:000000000000:provisioningtemplate/fleet",
                     "parameters": {"Serial": "1", "Site": "a"}}
                    """));
    assertThat(answered("{\"allowProvisioning\": true}"))
        .isEqualTo(Map.of("Serial", "1", "Site", "a"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"allowProvisioning\": false}",
        "{\"allowProvisioning\": \"true\"}",
        "{\"allowProvisioning\": 1}",
        "{\"parameterOverrides\": {}}",
        "{\"allowProvisioning\": true, \"parameterOverrides\": {\"Site\": 1}}",
        "{}",
        "null",
        "true",
        "nonsense",
        ""
      })
  void whatIsNoClearYesIsANo(String answer) {
    assertThatThrownBy(() -> answered(answer))
        .isInstanceOfSatisfying(
            FleetRefusal.class,
            refusal ->
                assertThat(refusal.answer())
                    .containsEntry("statusCode", 403)
                    .containsEntry("errorCode", "AccessDenied"));
  }

  @Test
  void aFunctionThatFailsOrDoesNotAnswerIsANo() {
    assertThatThrownBy(
            () ->
                ask(
                    (_, _, _) -> {
                      throw new IllegalStateException("its secret reason");
                    },
                    Runnable::run,
                    Duration.ofSeconds(5)))
        .isInstanceOf(FleetRefusal.class)
        .hasMessageNotContaining("secret");
    Executor never = _ -> {};
    assertThatThrownBy(() -> ask((_, _, _) -> new byte[0], never, Duration.ofMillis(1)))
        .isInstanceOf(FleetRefusal.class);
  }
}
