package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What administrators are told of certificates that several devices use. */
class CertificateWarningsTest extends ApiTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private JsonNode warnings(String kind, String arn) throws Exception {
    var all = JSON.createArrayNode();
    for (JsonNode each :
        JSON.readTree(node().signed("GET", "/_thingstead/warnings", Map.of(), "").body())
            .path("warnings")) {
      if (each.path("kind").asString().equals(kind)
          && each.path("resource").asString().equals(arn)) {
        all.add(each);
      }
    }
    return all;
  }

  @Test
  void aCertificateOnASecondThingIsWarnedOfAtOnce() throws Exception {
    String arn = iot().createKeysAndCertificate().certificateArn();
    iot().createThing(r -> r.thingName("one"));
    iot().createThing(r -> r.thingName("two"));
    iot().attachThingPrincipal(r -> r.thingName("one").principal(arn));
    iot().attachThingPrincipal(r -> r.thingName("one").principal(arn));
    assertThat(warnings("shared-certificate", arn)).isEmpty();
    iot().attachThingPrincipal(r -> r.thingName("two").principal(arn));
    JsonNode warned = warnings("shared-certificate", arn);
    assertThat(warned).hasSize(1);
    assertThat(warned.path(0).path("text").asString()).contains("thing two").contains("thing one");
  }

  @Test
  void aCertificateThatTwoClientsUseIsWarnedOfAtOnceAndNotOften() throws Exception {
    var made = iot().createKeysAndCertificate(r -> r.setAsActive(true));
    String arn = made.certificateArn();
    iot().createPolicy(r -> r.policyName("any").policyDocument(RunningNode.ANY_POLICY));
    iot().attachPolicy(r -> r.policyName("any").target(arn));
    String pem = made.certificatePem();
    String key = made.keyPair().privateKey();
    try (TlsDevice first = new TlsDevice(node(), "first", pem, key).connect()) {
      first.publish("a", new byte[0]);
      // The same client again takes the place of the first.
      try (TlsDevice again = new TlsDevice(node(), "first", pem, key).connect()) {
        again.publish("a", new byte[0]);
        assertThat(warnings("concurrent-clients", arn)).isEmpty();
        try (TlsDevice second = new TlsDevice(node(), "second", pem, key).connect();
            TlsDevice third = new TlsDevice(node(), "third", pem, key).connect()) {
          second.publish("a", new byte[0]);
          third.publish("a", new byte[0]);
          JsonNode warned = warnings("concurrent-clients", arn);
          assertThat(warned).hasSize(1);
          assertThat(warned.path(0).path("text").asString()).contains("first and second");
        }
      }
    }
    assertThat(node().signed("GET", "/metrics", Map.of(), "").body())
        .contains(
            "thingstead_warnings_total{account=\"000000000000\",kind=\"concurrent-clients\"}");
  }
}
