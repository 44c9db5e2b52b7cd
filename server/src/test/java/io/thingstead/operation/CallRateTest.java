package io.thingstead.operation;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Limits;
import io.thingstead.model.Profile;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CallRateTest {
  private long millis = 1_000_000;
  private final CallRate rate = new CallRate(() -> Instant.ofEpochMilli(millis));

  private @Nullable ApiException call(String operation, String client, Profile profile) {
    int perSecond = Limits.of(profile).api().perClientPerSecond();
    return catchThrowableOfType(
        ApiException.class, () -> rate.count("000000000000", operation, client, perSecond));
  }

  @Test
  void aSecondCallWithinTheSecondIsThrottledForTheSameClientAndOperationOnly() {
    assertThat(call("GetConnection", "c", Profile.AWS)).isNull();
    millis += 999;
    ApiException refusal = requireNonNull(call("GetConnection", "c", Profile.AWS));
    assertThat(refusal.error()).isEqualTo(AwsError.THROTTLING);
    assertThat(call("GetConnection", "d", Profile.AWS)).isNull();
    assertThat(call("DeleteConnection", "c", Profile.AWS)).isNull();
    millis += 1;
    assertThat(call("GetConnection", "c", Profile.AWS)).isNull();
  }

  @Test
  void onlyTheCloudsProfileCounts() {
    for (Profile profile : new Profile[] {Profile.THINGSTEAD, Profile.MQTT}) {
      assertThat(call("GetConnection", "c", profile)).isNull();
      assertThat(call("GetConnection", "c", profile)).isNull();
    }
  }
}
