package io.thingstead.operation;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.model.Limits;
import io.thingstead.model.Profile;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class CallRateTest {
  private long millis = 1_000_000;
  private final CallRate rate = new CallRate(() -> Instant.ofEpochMilli(millis));

  private boolean call(String operation, String client, Profile profile) {
    int perSecond = Limits.of(profile).api().perClientPerSecond();
    return rate.allows("000000000000", operation, client, perSecond);
  }

  @Test
  void aSecondCallWithinTheSecondIsThrottledForTheSameClientAndOperationOnly() {
    assertThat(call("GetConnection", "c", Profile.AWS)).isTrue();
    millis += 999;
    assertThat(call("GetConnection", "c", Profile.AWS)).isFalse();
    assertThat(call("GetConnection", "d", Profile.AWS)).isTrue();
    assertThat(call("DeleteConnection", "c", Profile.AWS)).isTrue();
    millis += 1;
    assertThat(call("GetConnection", "c", Profile.AWS)).isTrue();
  }

  @Test
  void onlyTheCloudsProfileCounts() {
    for (Profile profile : new Profile[] {Profile.THINGSTEAD, Profile.MQTT}) {
      assertThat(call("GetConnection", "c", profile)).isTrue();
      assertThat(call("GetConnection", "c", profile)).isTrue();
    }
  }
}
