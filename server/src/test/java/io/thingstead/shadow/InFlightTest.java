package io.thingstead.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.model.Profile;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class InFlightTest {
  @ParameterizedTest
  @EnumSource(Profile.class)
  void oneClientMayHaveTenRequestsOpenInTheCloudAndAnAccount8192Anywhere(Profile profile) {
    InFlight open = new InFlight(profile);
    for (int i = 0; i < 10; i++) {
      assertThat(open.enter("c")).isTrue();
    }
    assertThat(open.enter("c")).isEqualTo(profile != Profile.AWS);
    open.leave("c");
    assertThat(open.enter("c")).isTrue();
    int more = 8192 - (profile == Profile.AWS ? 10 : 11);
    for (int i = 0; i < more; i++) {
      assertThat(open.enter("d" + i)).isTrue();
    }
    assertThat(open.enter("e")).isFalse();
  }
}
