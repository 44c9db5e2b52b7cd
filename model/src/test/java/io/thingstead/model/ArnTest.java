package io.thingstead.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArnTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "arn:aws:iot:us-east-1:123456789012:cert/abc",
        "arn:aws:lambda:us-east-1:123456789012:function:f:1",
        "arn:aws:iam::123456789012:role/r",
        "arn:aws:s3:::bucket/key"
      })
  void isWrittenAsItWasRead(String text) {
    assertThat(Arn.parse(text)).hasToString(text);
  }

  @Test
  void resourceIsTakenApart() {
    Arn arn = Arn.parse("arn:aws:iot:r:123456789012:thing/t/shadow");
    assertThat(arn.resourceType()).isEqualTo("thing");
    assertThat(arn.resourceId()).isEqualTo("t/shadow");
    assertThat(arn.account()).isEqualTo("123456789012");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "arn",
        "arn:aws:iot:r:1",
        "urn:aws:iot:r:1:x",
        "arn::iot:r:1:x",
        "arn:aws:iot:r:1:"
      })
  void otherTextIsRefused(String text) {
    assertThatThrownBy(() -> Arn.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void namesAreChecked() {
    assertThat(new ThingName("a:b_c-1")).hasToString("a:b_c-1");
    assertThatThrownBy(() -> new ThingName("a/b")).isInstanceOf(ApiException.class);
    assertThatThrownBy(() -> new ThingName("")).isInstanceOf(ApiException.class);
    assertThatThrownBy(() -> new ThingName("x".repeat(129))).isInstanceOf(ApiException.class);
    assertThat(new PolicyName("p+=,.@-")).hasToString("p+=,.@-");
    assertThatThrownBy(() -> new PolicyName("p q")).hasMessageContaining("policy name 'p q'");
    assertThatThrownBy(() -> new ClientId("$c")).hasMessageContaining("begins with $");
    assertThatThrownBy(() -> ClientId.parse("ä".repeat(65), Limits.DEFAULT.connect()))
        .hasMessageContaining("at most 128 bytes, not 130");
  }
}
