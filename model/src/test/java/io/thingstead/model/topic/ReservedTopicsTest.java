package io.thingstead.model.topic;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.model.Profile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReservedTopicsTest {
  @ParameterizedTest
  @CsvSource({
    // text, may publish, may subscribe
    "a/b, true, true",
    "$aws/things/t/shadow/update, true, true",
    "$aws/things/t/shadow/name/s/get, true, true",
    "$aws/things/t/shadow/update/accepted, false, true",
    "$aws/things/t/shadow/update/delta, false, true",
    "$aws/things/t/shadow/get/delta, false, false",
    "$aws/things/t/shadow/name/s/update/documents, false, true",
    "$aws/things/t/shadow/other, false, false",
    "$aws/things//shadow/get, false, false",
    "$aws/rules/r, true, false",
    "$aws/rules/r/a/b//c, true, false",
    "$aws/rules/r//c, true, false",
    "$aws/rules/, false, false",
    "$aws/events/presence/connected/c1, false, true",
    "$aws/events/presence/connected/c1/with/slash, false, true",
    "$aws/events/presence/joined/c1, false, false",
    "$aws/things/t/jobs/get, true, false",
    "$aws/things/t/jobs/j1/update, true, false",
    "$aws/things/t/jobs/j1/update/rejected, false, true",
    "$aws/things/t/jobs/notify-next, false, true",
    "$aws/things/t/defender/metrics/cbor, true, false",
    "$aws/certificates/create/json, true, false",
    "$aws/certificates/create/json/accepted, false, true",
    "$aws/provisioning-templates/p/provision/json, true, false",
    "$aws/commands/things/t/executions/e/response/json, true, false",
    "$aws/commands/things/t/executions/e/response/accepted/json, false, true",
    "$SYS/broker, false, false",
    "$share/g/a, false, false",
    "$a, false, false"
  })
  void tableSaysWhatClientsMayUse(String text, boolean publish, boolean subscribe) {
    assertThat(ReservedTopics.mayPublish(new Topic(text), Profile.AWS)).isEqualTo(publish);
    assertThat(ReservedTopics.maySubscribe(new TopicFilter(text), Profile.AWS))
        .isEqualTo(subscribe);
  }

  @ParameterizedTest
  @CsvSource({
    "$aws/things/t/jobs/#, true",
    "$aws/things/+/shadow/update/+, true",
    "$aws/things/t/shadow/get/accepted/#, true",
    "$aws/events/#, true",
    "$aws/+/t/shadow/get, true",
    "$aws/#, true",
    "$aws/rules/#, false",
    "$aws/rules/+/x, false",
    "$aws/things/t/shadow/get/accepted/+, false",
    "$SYS/#, false",
    "#, true",
    "+/x, true"
  })
  void wildcardFilterIsAllowedWhenSomeTopicItMatchesIs(String filter, boolean allowed) {
    assertThat(ReservedTopics.maySubscribe(new TopicFilter(filter), Profile.THINGSTEAD))
        .isEqualTo(allowed);
  }

  @Test
  void reservedTopicsAreNeverRetained() {
    assertThat(ReservedTopics.mayRetain(new Topic("a"), Profile.AWS)).isTrue();
    assertThat(ReservedTopics.mayRetain(new Topic("$aws/rules/r/a"), Profile.AWS)).isFalse();
  }

  @Test
  void plainStandardReservesNothing() {
    assertThat(ReservedTopics.mayPublish(new Topic("$x/y"), Profile.MQTT)).isTrue();
    assertThat(ReservedTopics.maySubscribe(new TopicFilter("$x/#"), Profile.MQTT)).isTrue();
    assertThat(ReservedTopics.mayRetain(new Topic("$x"), Profile.MQTT)).isTrue();
  }

  @Test
  void whatTheServerTellsItsAdministratorsIsForNoClientInAnyProfile() {
    TopicFilter all = new TopicFilter("$thingstead/refused/#");
    for (Profile profile : Profile.values()) {
      assertThat(ReservedTopics.maySubscribe(all, profile)).isFalse();
      assertThat(ReservedTopics.mayPublish(new Topic("$thingstead/refused/connect"), profile))
          .isFalse();
    }
    assertThat(ReservedTopics.isAdministrators(all)).isTrue();
    assertThat(ReservedTopics.isAdministrators(new TopicFilter("$thingsteadx/#"))).isFalse();
  }
}
