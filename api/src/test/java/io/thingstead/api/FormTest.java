package io.thingstead.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thingstead.model.ApiException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Forms that no well-behaved client sends. */
class FormTest {
  private static final Service SERVICE =
      ServiceFile.parse(
          """
          service s {"protocol":"query","apiVersion":"1","xmlNamespace":"n","signingNames":["s"]}
          operation Op {"http":{"method":"POST","requestUri":"/"},"input":{"shape":"In"}}
          shape In {"type":"structure","required":["Name"],"members":{"Name":{"shape":"Text"},\
          "Tags":{"shape":"Tags"},"Self":{"shape":"In"}}}
          shape Tags {"type":"list","member":{"shape":"Text"},"max":2}
          shape Text {"type":"string","max":8}
          """);

  private static Struct read(String form) {
    ApiRequest request =
        new ApiRequest(
            "POST",
            "/",
            "",
            new Headers().add("Content-Type", "application/x-www-form-urlencoded"),
            form.getBytes(StandardCharsets.ISO_8859_1));
    Codec codec = Codec.of(SERVICE);
    Codec.Match match = Objects.requireNonNull(codec.find(request));
    return codec.decode(Objects.requireNonNull(match.operation()), match.labels(), request);
  }

  @Test
  void listIsInTheOrderOfItsNumbersWhateverTheGaps() {
    Struct read = read("Action=Op&Name=a+b&Tags.member.10=x&Tags.member.2=%C3%A9");
    assertThat(read.get("Name")).isEqualTo("a b");
    assertThat(read.get("Tags")).isEqualTo(List.of("\u00e9", "x"));
    assertThat(read("Action=Op&Name=a&Tags=").get("Tags")).isEqualTo(List.of());
  }

  @Test
  void brokenConstraintsAreTheServicesValidationError() {
    assertThatThrownBy(() -> read("Action=Op&Tags.member.1=123456789"))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("Value null at 'name' failed".replace("name", "Name"))
        .hasMessageContaining("'Tags.1.member' failed to satisfy constraint");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Action=Op&Name=a&Name=b",
        "Action=Op&Name.x=a",
        "Action=Op&Name=%zz",
        "Action=Op&Name=%ff",
        "Action=Op&Name=\u00ff",
        "Action=Op&Name=a&Tags.member.0=a",
        "Action=Op&Name=a&Tags.member.x=a",
        "Action=Op&Name=a&Tags.1=a",
      })
  void whatCannotBeReadIsRefused(String form) {
    assertThatThrownBy(() -> read(form)).isInstanceOf(ApiException.class);
  }

  @Test
  void nameOfManyPartsIsRefusedBeforeItIsFollowed() {
    assertThatThrownBy(() -> read("Action=Op&Name=a&" + "Self.".repeat(100_000) + "Name=a"))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("more than 64 parts");
  }
}
